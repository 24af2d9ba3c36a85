import Compute
import Diffusion
import LipSync

// After TMElyralab/MuseV 43370a6, musev/pipelines/pipeline_controlnet_predictor.py: run_pipe_text2video.

extension MuseVVideo {
  /// What all shots are made with.
  private struct Tools {
    let unet: UNet3DCondition
    let scheduler: any Scheduler
    let steps: Range<Int>
    let references: ReferenceConditions?
    let controls: Controls?
    let noise: LatentVideo?
    var numbers: any NormalGenerator
  }

  /// A part of the video to be denoised at once.
  private struct Part {
    let index: Int
    let count: Int
    /// Numbers in the video of the frames that are made.
    let frames: Range<Int>
    let prompts: EncodedPrompts
    /// The clean latents of the frame that is given, and its number.
    let given: [Float]
    var givenFrame: Int { max(frames.lowerBound - 1, 0) }

    /// Tells it from the others in file names.
    var name: String { index == 0 ? "video" : "video-\(index + 1)" }

    func stage(windows: Int) -> String {
      let shot = count == 1 ? "" : " shot \(index + 1) of \(count)"
      return "denoising\(shot)"
        + (windows == 1 ? "" : "\(shot.isEmpty ? "" : ",") \(windows) windows")
    }
  }

  /// The latents of all frames but the first, whose are `clean`.
  ///
  /// Every shot is given the last frame of the one before, as its clean latents; what is looked at stays the first picture.
  func denoised(
    _ clean: [Float], _ progress: @escaping ProgressHandler, references: ReferenceConditions?
  ) throws -> LatentVideo {
    progress(.stage(name: "reading the prompt", total: 0))
    let prompts = try request.shotPrompts.map { prompt in
      var asked = request
      asked.prompt = prompt
      asked.negativePrompt = request.museV.negativePrompt ?? request.negativePrompt
      return try folder.prompts(asked, pictures.device)
    }
    progress(.stage(name: "loading the network", total: 0))
    var tools = try tools(references)
    for prompts in prompts { try check(prompts, tools.unet.configuration.spatial) }
    let shots = try request.shotFrames(at: rate, count: frameCount)
    var (given, values) = (clean, [Float]())
    for (index, frames) in shots.enumerated() {
      let part = Part(
        index: index, count: shots.count,
        frames: request.loops ? frames : max(frames.lowerBound, 1)..<frames.upperBound,
        prompts: prompts[index], given: given)
      let latents = try denoised(part, &tools, progress)
      given = Array(latents[latents.frames - 1])
      values += latents.values
    }
    return video(values)
  }

  private func video(_ values: [Float]) -> LatentVideo {
    let shape = pictures.latentShape
    return LatentVideo(channels: shape[1], height: shape[2], width: shape[3], values: values)
  }

  private func tools(_ references: ReferenceConditions?) throws -> Tools {
    let scheduler = request.sampler.scheduler(scheduler, steps: request.steps ?? 0)
    let steps = request.firstStep(of: scheduler.timesteps.count)..<scheduler.timesteps.count
    return Tools(
      unet: try files.unet(), scheduler: scheduler, steps: steps, references: references,
      controls: try driving.prepared(),
      noise: try request.noiseFile.map {
        try ImportedNoise($0).video(
          frames: Self.denoisedFrames(request, of: frameCount), pictures.latentShape)
      }, numbers: request.randomNumbers.generator(seed: request.seed))
  }

  private func denoised(
    _ part: Part, _ tools: inout Tools, _ progress: @escaping ProgressHandler
  ) throws -> LatentVideo {
    let (steps, shape, options) = (tools.steps, pictures.latentShape, request.museV)
    let network = ClipNetwork(
      tools.unet, given: part.given, at: part.givenFrame, shape: shape, prompts: part.prompts,
      references: tools.references,
      controls: try tools.controls?.stack(
        prompts: part.prompts, steps: steps, pictures: pictures),
      ring: request.loops ? frameCount : nil, options: options, device: pictures.device,
      precision: pictures.precision)
    func noise() -> LatentVideo {
      options.videoNoise.draw(
        frames: part.frames.count, channels: shape[1], height: shape[2], width: shape[3],
        from: &tools.numbers)
    }
    let first = request.loops ? 0 : 1
    let imported = tools.noise.map { noise in
      video(Array(noise[part.frames.lowerBound - first..<part.frames.upperBound - first]))
    }
    let start = try start(
      (imported ?? noise()).mixed(with: part.given, share: options.pictureNoise), part.frames,
      tools.scheduler, steps)
    let windows = windows(part.frames.count)
    let count = windows.ranges.count
    progress(
      .stage(name: part.stage(windows: count), total: count * steps.count, unit: .steps))
    return try WatchedDenoising(
      denoising: ParallelDenoising(
        windows: windows, guidance: Guidance(request.guidance ?? 1)),
      store: work.map { DenoisingStore(work: $0, name: part.name) },
      preview: DenoisingPreview(request, name: part.name, pictures: pictures, progress: progress)
    ).run(
      start, scheduler: tools.scheduler, firstStep: steps.lowerBound, noise: { noise().values },
      report: {
        progress(.step(done: ($0.step - steps.lowerBound) * $0.windows + $0.window))
        try cancellation.check()
      },
      finishedStep: { progress(.step(done: ($0 + 1 - steps.lowerBound) * count)) },
      predict: network.predict)
  }

  /// The given frame is not among those of a loop: what follows it can't lead back to it as seamlessly.
  static func denoisedFrames(_ request: GenerateRequest, of frameCount: Int) -> Int {
    request.loops ? frameCount : frameCount - 1
  }

  private func windows(_ frames: Int) -> DenoisingWindows {
    let (length, overlap) = (request.museV.window, request.museV.overlap)
    guard request.loops else {
      return DenoisingWindows(
        frames: frames, length: length, overlap: overlap,
        isLastShort: request.museV.endsWithShortWindow)
    }
    let whole = min(length, frames)
    return DenoisingWindows(ring: frames, length: whole, overlap: min(overlap, whole - 1))
  }

  /// Refuses parts that do not fit together.
  private func check(_ prompts: EncodedPrompts, _ unet: UNetConfiguration) throws {
    let (width, channels) = (prompts.prompt.shape[2], pictures.latentShape[1])
    guard width == unet.contextWidth, channels == unet.inputChannels,
      channels == unet.outputChannels
    else {
      throw RuntimeError.badInput(
        "--base \(folder.path): its text has \(width) values and its latents \(channels) channels, "
          + "its unet takes \(unet.contextWidth) and \(unet.inputChannels): take all from one model"
      )
    }
  }
}
