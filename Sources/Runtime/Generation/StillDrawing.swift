import Compute
import Diffusion
import LipSync
import Media
import MediaTypes

/// Stable Diffusion's way from a prompt, and perhaps a picture, to a picture.
///
/// Networks are loaded one after the other, so that memory holds one of them.
struct StillDrawing {
  /// What a picture takes, where it isn't said.
  static let usualSteps = 30
  static let usualGuidance = 7.5
  static let usualStrength = 0.75

  let folder: StableDiffusionFolder
  let request: GenerateRequest
  let pictures: LatentPictures
  let cancellation: Cancellation
  let controls: Controls?
  /// Where finished steps are kept for a later run; nil keeps none.
  var work: WorkFolder?
  private let adapter: ChosenIPAdapter?
  private let scheduler: SchedulerConfiguration

  var steps: Int { request.steps ?? Self.usualSteps }

  /// - Throws: `RuntimeError`, 64, where the sampler does not take so many steps; errors of the IP-Adapter's file.
  init(
    _ folder: StableDiffusionFolder, request: GenerateRequest, pictures: LatentPictures,
    controls: Controls?, cancellation: Cancellation
  ) throws {
    (self.folder, self.request, self.pictures) = (folder, request, pictures)
    (self.controls, self.cancellation) = (controls, cancellation)
    adapter = try ChosenIPAdapter(request.ipAdapter)
    if request.isStill {
      _ = try adapter?.requiredLook()
      try adapter?.checkNetworks()
    }
    scheduler = try folder.scheduler()
    try request.sampler.check(steps: request.steps ?? Self.usualSteps, scheduler)
    try folder.check(request)
    if request.isStill, let noise = request.noiseFile {
      _ = try ImportedNoise(noise).picture(pictures.latentShape)
    }
  }

  /// What is to be taken from latents.
  typealias Predictor = (DenoisingRequest) throws -> [Float]

  /// The picture; `beginning` is the one to begin with, of any size.
  ///
  /// `network` makes another network than the folder's UNet ready for the steps that are taken.
  func draw(
    from beginning: RGBPicture?, progress: @escaping ProgressHandler,
    timings: inout [String: Double],
    network: ((EncodedPrompts, Range<Int>) throws -> Predictor)? = nil
  ) throws -> RGBPicture {
    progress(.stage(name: "reading the prompt", total: 0))
    let prompts = try timings.measure("prompt") { try folder.prompts(request, pictures.device) }
    let clean = try beginning.map { picture -> [Float] in
      progress(.stage(name: "encoding the picture", total: 0))
      return try timings.measure("encode") { try pictures.encode(pictures.fitted(picture)) }
    }
    let latents = try timings.measure("denoise") {
      try denoised(clean: clean, progress: progress) { steps in
        try network?(prompts, steps) ?? still(prompts, steps)
      }
    }
    progress(.stage(name: "decoding", total: 0))
    return try timings.measure("decode") { try pictures.decode(latents, by: pictures.decoder()) }
  }

  private func still(_ prompts: EncodedPrompts, _ steps: Range<Int>) throws -> Predictor {
    let stack = try controls?.stack(prompts: prompts, steps: steps, pictures: pictures)
    let picture = try adapter.map {
      try $0.prompt(
        of: $0.requiredLook(), device: pictures.device, precision: pictures.precision)
    }
    return try StillNetwork(
      folder.unet(adapter: adapter?.adapter), shape: pictures.latentShape, prompts: prompts,
      picture: picture, controls: stack, device: pictures.device, precision: pictures.precision
    ).predict
  }

  private func denoised(
    clean: [Float]?, progress: @escaping ProgressHandler,
    load: (Range<Int>) throws -> Predictor
  ) throws -> [Float] {
    let scheduler = request.sampler.scheduler(scheduler, steps: steps)
    let shape = pictures.latentShape
    let strength = request.strength ?? Self.usualStrength
    let firstStep = clean == nil ? 0 : max(steps - Int(Double(steps) * strength), 0)
    guard firstStep < steps else { return clean ?? [] }
    progress(.stage(name: "loading the network", total: 0))
    let predict = try load(firstStep..<steps)
    var numbers = request.randomNumbers.generator(seed: request.seed)
    let count = shape.reduce(1, *)
    let noise =
      try request.noiseFile.map { try ImportedNoise($0).picture(shape) } ?? numbers.normals(count)
    let start =
      clean.map { scheduler.noised($0, noise: noise, step: firstStep) }
      ?? noise.map { $0 * Float(scheduler.initialNoiseScale) }
    progress(.stage(name: "denoising", total: steps - firstStep, unit: .steps))
    return try WatchedDenoising(
      denoising: ParallelDenoising(
        windows: DenoisingWindows(frames: 1, length: 1, overlap: 0),
        guidance: Guidance(request.guidance ?? Self.usualGuidance)),
      store: work.map { DenoisingStore(work: $0, name: "picture") },
      preview: DenoisingPreview(request, name: "picture", pictures: pictures, progress: progress)
    ).run(
      LatentVideo(channels: shape[1], height: shape[2], width: shape[3], values: start),
      scheduler: scheduler, firstStep: firstStep, noise: { numbers.normals(count) },
      report: { _ in try cancellation.check() },
      finishedStep: { progress(.step(done: $0 + 1 - firstStep)) },
      predict: predict
    ).values
  }
}

extension StableDiffusionFolder {
  /// The states of the request's prompt and of its negative.
  func prompts(_ request: GenerateRequest, _ device: any Device) throws -> EncodedPrompts {
    let encoder = try promptEncoder(
      skippedLayers: request.clipSkip - 1, embeddings: request.embeddings, device: device)
    let states = try encoder.states([request.negativePrompt, request.prompt])
    return EncodedPrompts(negative: states[0], prompt: states[1])
  }
}

extension Sampler {
  /// Refuses more steps than the sampler has with a model: `RuntimeError`, 64.
  func check(steps: Int, _ configuration: SchedulerConfiguration) throws {
    let most = maximumSteps(configuration)
    guard steps <= most else {
      throw RuntimeError.usage(
        "--steps \(steps): \(rawValue) takes at most \(most) with this model")
    }
  }
}

extension GenerateRequest.RandomNumbers {
  func generator(seed: UInt64) -> any NormalGenerator {
    switch self {
    case .cpu: ProcessorNormals(seed: seed)
    case .cuda: GraphicsNormals(seed: seed)
    }
  }
}
