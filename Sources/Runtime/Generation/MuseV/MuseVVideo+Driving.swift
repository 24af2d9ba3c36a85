import Diffusion
import LipSync
import Media
import MediaTypes

extension MuseVVideo {
  /// The clip's first frame, repainted as the prompt and the ControlNets say, and like `look` where the model takes an image prompt.
  func restaged(
    _ look: RGBPicture?, _ progress: @escaping ProgressHandler,
    _ timings: inout [String: Double]
  ) throws -> RGBPicture {
    guard let clip = driving.clip else {
      throw RuntimeError.usage("--restage: name the clip with --video")
    }
    let configuration = try files.configuration()
    let seen = try request.museV.reference.map { try readPicture($0, background: .white) } ?? look
    if seen != nil, !configuration.takesImage, !configuration.takesFace {
      throw RuntimeError.usage(
        "--restage: model \(files.model) takes no image prompt, so --image has no part in it: leave it "
          + "out, use musev_referencenet, or name an --ip-adapter")
    }
    var drawn = request
    drawn.prompt = request.shotPrompts[0]
    (drawn.steps, drawn.guidance) = (request.museV.pictureSteps, request.museV.pictureGuidance)
    let controls = try driving.prepared()
    drawn.noiseFile = nil
    var drawing = try StillDrawing(
      folder, request: drawn, pictures: pictures, controls: nil, cancellation: cancellation)
    drawing.work = work
    return try drawing.draw(
      from: clip.picture(at: 0), progress: progress, timings: &timings
    ) { prompts, steps in
      let unet = try files.unet()
      var references = try ReferenceConditions(
        image: imagePrompt(of: seen.map { try pictures.fitted($0) }))
      references.face = try facePrompt(of: seen)
      return ClipNetwork(
        unet, given: [], shape: pictures.latentShape, prompts: prompts, references: references,
        controls: try controls?.stack(prompts: prompts, steps: steps, pictures: pictures),
        options: request.museV, device: pictures.device, precision: pictures.precision
      ).predict
    }
  }

  /// What `steps` begin with: noise, over the clip's `frames` where the video begins with them.
  func start(
    _ noise: LatentVideo, _ frames: Range<Int>, _ scheduler: any Scheduler, _ steps: Range<Int>
  ) throws -> LatentVideo {
    guard request.control.startingStrength != nil, let clip = driving.clip else {
      return noise.scaled(by: scheduler.initialNoiseScale)
    }
    let encoder = try pictures.encoder()
    var values: [Float] = []
    for frame in frames {
      try cancellation.check()
      values += try pictures.encode(pictures.fitted(clip.picture(at: frame)), by: encoder)
    }
    guard !steps.isEmpty else { return noise.with(values) }
    return noise.with(
      scheduler.noised(values, noise: noise.values, step: steps.lowerBound))
  }
}
