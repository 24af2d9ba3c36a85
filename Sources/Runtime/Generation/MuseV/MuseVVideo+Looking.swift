import Compute
import Diffusion
import LipSync
import Media

// After TMElyralab/MuseV 43370a6, musev/models/ip_adapter_loader.py and musev/pipelines/pipeline_controlnet.py.

extension MuseVVideo {
  /// What all frames look at: the model's own image prompt, or an IP-Adapter in its place, and a ReferenceNet; nil where the model has neither.
  ///
  /// An IP-Adapter looks at its own picture if one was named, else, as all others, at the reference picture or `first`, whose latents are `clean`.
  func references(
    _ first: RGBPicture, _ clean: [Float], _ progress: @escaping ProgressHandler
  ) throws -> ReferenceConditions? {
    let configuration = try files.configuration()
    guard configuration.variant == .referenceNet || request.museV.reference == nil else {
      throw RuntimeError.usage(
        "--reference \(request.museV.reference ?? ""): model \(files.model) looks at no reference: leave "
          + "it out, or use musev_referencenet")
    }
    guard configuration.takesImage || configuration.takesFace else { return nil }
    progress(.stage(name: "looking at the picture", total: 0))
    let named = try request.museV.reference.map { try readPicture($0, background: .white) }
    let other = try named.map { try pictures.fitted($0) }
    let image = try imagePrompt(of: other ?? first)
    var conditions = ReferenceConditions(image: image)
    if let image, configuration.variant == .referenceNet {
      conditions = try ReferenceConditions(
        image: image, network: files.referenceNet(),
        latents: other.map { try pictures.encode($0) } ?? clean, shape: pictures.latentShape,
        device: pictures.device, precision: pictures.precision)
    }
    // A face is seen best before the picture is cut and scaled.
    conditions.face = try facePrompt(of: named ?? given ?? first)
    return conditions
  }

  /// What is seen in `picture`, or in the IP-Adapter's own; nil where there is none, or the model takes none.
  func imagePrompt(of picture: RGBPicture?) throws -> PicturePrompt? {
    guard try files.configuration().takesImage else { return nil }
    var seen = picture
    if let adapter = files.adapter, !adapter.adapter.isFaceID,
      case .picture(let own) = adapter.look
    {
      seen = try pictures.fitted(own)
    }
    guard let seen else { return nil }
    return try files.imagePrompt(
      of: seen, scale: request.museV.imagePromptScale, device: pictures.device,
      precision: pictures.precision)
  }

  /// The face in `picture`, or in what was named for a FaceID; nil where there is none, or nothing looks at it.
  func facePrompt(of picture: RGBPicture?) throws -> PicturePrompt? {
    guard let adapter = files.adapter, adapter.adapter.isFaceID,
      let look = adapter.look ?? picture.map({ .picture($0) })
    else { return nil }
    return try files.facePrompt(
      of: look, by: adapter, device: pictures.device,
      precision: pictures.precision)
  }
}

extension GenerateRequest {
  /// MuseV's options as they count beside an IP-Adapter.
  ///
  /// - Throws: `RuntimeError`, 64, for two scales of one image prompt.
  func museVOptions(beside adapter: ChosenIPAdapter?) throws -> MuseVOptions {
    guard let adapter else { return museV }
    var options = museV
    if adapter.adapter.isFaceID {
      // A face needs no picture encoder: the one that was named is the model's.
      options.imageEncoder = museV.imageEncoder ?? ipAdapter.encoder
    } else if museV.imagePromptScale != MuseVOptions().imagePromptScale {
      throw RuntimeError.usage(
        "--image-prompt-scale \(museV.imagePromptScale): \(adapter.origin) takes the place of that image "
          + "prompt: say --ip-adapter-scale")
    }
    return options
  }
}
