import Compute
import Diffusion
public import LipSync
import Media
import MediaTypes

/// One `avatar generate`: from a checked request to a finished picture.
public struct GenerateJob {
  private let request: GenerateRequest
  private let cancellation: Cancellation

  public init(_ request: GenerateRequest, cancellation: Cancellation = Cancellation()) {
    (self.request, self.cancellation) = (request, cancellation)
  }

  /// Does the work and returns what was done.
  ///
  /// The output appears only when it is complete. Networks are loaded one after the other, so that memory holds one of them.
  ///
  /// - Throws: `AvatarError`s with the documented exit codes, `CancelledError`.
  public func run(progress: @escaping ProgressHandler = { _ in }) throws -> GenerateReport {
    let started = ContinuousClock.now
    try OutputPath.check(
      request.output, force: request.replacesOutput, inputs: request.image.map { [$0] } ?? [])
    let folder = try StableDiffusionFolder(request.base, autoencoder: request.autoencoder)
    let configuration = try folder.scheduler()
    try checkSteps(configuration)
    let picture = try request.image.map { try readPicture($0, background: .white) }
    let device = try CPUDevice(threads: request.threads ?? ResourceUsage.availableCores)
    let precision = device.resolve(request.precision.forComputing)
    var timings: [String: Double] = [:]
    let pictures = try latentPictures(folder, like: picture, device: device, precision: precision)

    progress(.stage(name: "reading the prompt", total: 0))
    let prompts = try timings.measure("prompt") { try states(folder, device: device) }
    let clean = try picture.map { picture -> [Float] in
      progress(.stage(name: "encoding the picture", total: 0))
      return try timings.measure("encode") { try pictures.encode(pictures.fitted(picture)) }
    }
    let latents = try timings.measure("denoise") {
      try denoised(
        folder, configuration, clean: clean, prompts: prompts, shape: pictures.latentShape,
        device: device, precision: precision, progress: progress)
    }
    progress(.stage(name: "decoding", total: 0))
    let result = try timings.measure("decode") {
      try pictures.decode(latents, by: pictures.decoder())
    }
    for warning in folder.warnings { progress(.warning(warning)) }
    try cancellation.check()
    let tags = GenerateTags(
      request: request, width: result.width, height: result.height, precision: precision.rawValue)
    let contentID = tags.contentID(of: result)
    try writePNG(
      result, to: request.output, texts: tags.entries(contentID: contentID),
      overwrite: request.replacesOutput)
    return report(result, precision, timings, started, contentID)
  }

  private func checkSteps(_ configuration: SchedulerConfiguration) throws {
    let most = request.sampler.maximumSteps(configuration)
    guard request.steps <= most else {
      throw RuntimeError.usage(
        "--steps \(request.steps): \(request.sampler.rawValue) takes at most \(most) with this model"
      )
    }
  }

  private func latentPictures(
    _ folder: StableDiffusionFolder, like picture: RGBPicture?, device: any Device,
    precision: Precision
  ) throws -> LatentPictures {
    let step = GenerateRequest.sizeStep
    let range = GenerateRequest.sizeRange
    let size =
      request.size
      ?? picture.map { ($0.width / step * step, $0.height / step * step) } ?? (512, 512)
    guard range.contains(size.0), range.contains(size.1) else {
      throw RuntimeError.badInput(
        "image \(request.image ?? ""): \(size.0) x \(size.1) pixels can't be generated: "
          + "choose another size with --size, from \(range.lowerBound) to \(range.upperBound)")
    }
    return LatentPictures(
      autoencoder: try folder.latentAutoencoder(), device: device, precision: precision,
      width: size.0, height: size.1)
  }

  private func states(
    _ folder: StableDiffusionFolder, device: any Device
  ) throws -> EncodedPrompts {
    let encoder = try folder.promptEncoder(
      skippedLayers: request.clipSkip - 1, embeddings: request.embeddings, device: device)
    let states = try encoder.states([request.negativePrompt, request.prompt])
    return EncodedPrompts(negative: states[0], prompt: states[1])
  }

  private func denoised(
    _ folder: StableDiffusionFolder, _ configuration: SchedulerConfiguration, clean: [Float]?,
    prompts: EncodedPrompts, shape: [Int], device: any Device, precision: Precision,
    progress: ProgressHandler
  ) throws -> [Float] {
    let scheduler = request.sampler.scheduler(configuration, steps: request.steps)
    let firstStep =
      clean == nil ? 0 : max(request.steps - Int(Double(request.steps) * request.strength), 0)
    guard firstStep < request.steps else { return clean ?? [] }
    progress(.stage(name: "loading the network", total: 0))
    let network = try StillNetwork(
      folder.unet(), shape: shape, prompts: prompts, device: device, precision: precision)
    var numbers: any NormalGenerator =
      switch request.randomNumbers {
      case .cpu: ProcessorNormals(seed: request.seed)
      case .cuda: GraphicsNormals(seed: request.seed)
      }
    let count = shape.reduce(1, *)
    let noise = numbers.normals(count)
    let start =
      clean.map { scheduler.noised($0, noise: noise, step: firstStep) }
      ?? noise.map { $0 * Float(scheduler.initialNoiseScale) }
    progress(.stage(name: "denoising", total: request.steps - firstStep))
    return try ParallelDenoising(
      windows: DenoisingWindows(frames: 1, length: 1, overlap: 0),
      guidance: Guidance(request.guidance)
    ).run(
      LatentVideo(channels: shape[1], height: shape[2], width: shape[3], values: start),
      scheduler: scheduler, firstStep: firstStep, noise: { numbers.normals(count) },
      report: { _ in try cancellation.check() },
      finishedStep: { step, _ in progress(.step(done: step + 1 - firstStep)) },
      predict: network.predict
    ).values
  }

  private func report(
    _ picture: RGBPicture, _ precision: Precision, _ timings: [String: Double],
    _ started: ContinuousClock.Instant, _ contentID: String
  ) -> GenerateReport {
    GenerateReport(
      output: request.output, base: request.base, precision: precision.rawValue,
      width: picture.width, height: picture.height, frames: 1, steps: request.steps,
      sampler: request.sampler.rawValue, seed: request.seed,
      wallSeconds: (ContinuousClock.now - started) / .seconds(1),
      peakRssBytes: ResourceUsage.peakResidentBytes,
      timings: timings.mapValues { ($0 * 1000).rounded() / 1000 }, version: Version.current,
      contentID: contentID)
  }
}
