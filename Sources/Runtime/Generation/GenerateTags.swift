import Diffusion
import Digests
import Media
import MediaTypes

/// What a generated picture or video says about itself: the AI label, what made it, and the command that makes it again.
struct GenerateTags {
  /// With the choices made that were left to the program.
  let request: GenerateRequest
  let precision: String
  /// Options that only the model knows.
  var ownWords: [(option: String, value: String?)] = []

  /// The producer's number for the content: as asked for, else a digest of the picture.
  func contentID(of picture: RGBPicture) -> String {
    var hash = SHA256()
    picture.samples.withUnsafeBytes { hash.update($0) }
    return contentID(digest: hash.finish())
  }

  /// The producer's number for content with this digest.
  func contentID(digest: String) -> String {
    request.provenance.contentID ?? String(digest.prefix(32))
  }

  func entries(contentID: String) -> [String: String] {
    let label = AIGCLabel(producer: request.provenance.producer, contentID: contentID)
    var entries = [
      AIGCLabel.tagName: label.metadataText,
      OutputTags.version: Version.current,
      OutputTags.model: FilePath.name(of: request.model ?? request.base ?? ""),
      OutputTags.precision: precision,
      OutputTags.instructionSet: InstructionSet.name,
      OutputTags.seed: "\(request.seed)",
    ]
    entries[OutputTags.jobKey] = request.provenance.jobKey
    if request.provenance.recordsCommand { entries[OutputTags.command] = ShellWords.join(words) }
    return entries
  }

  /// The command that makes the same again, but for the output's name.
  private var words: [String] {
    var words = ["avatar", "generate"]
    func add(_ option: String, _ value: String?) {
      guard let value else { return }
      words += value.hasPrefix("-") ? ["\(option)=\(value)"] : [option, value]
    }
    add("--model", path(request.model))
    add("--base", path(request.base))
    if request.shots.isEmpty || !request.prompt.isEmpty { add("--prompt", request.prompt) }
    for shot in request.shots { add("--shot", shot.text) }
    add("--negative-prompt", request.negativePrompt.isEmpty ? nil : request.negativePrompt)
    add("--image", path(request.image))
    if request.image != nil && request.isStill || request.control.restages {
      add("--strength", "\(request.strength ?? StillDrawing.usualStrength)")
    }
    // Another size can't be asked for: it is the picture's own, which mini keeps by itself.
    if let (width, height) = request.size,
      [width, height].allSatisfy({ $0 % GenerateRequest.sizeStep == 0 })
    {
      add("--size", "\(width)x\(height)")
    }
    switch request.shots.isEmpty ? request.length : nil {
    case .frames(let count): add("--frames", "\(count)")
    case .seconds(let seconds): add("--seconds", "\(seconds)")
    case nil: break
    }
    add("--fps", request.rate?.description)
    if request.loops { words.append("--loop") }
    if !request.isStill { add("--crf", "\(request.crf)") }
    add("--steps", request.steps.map { "\($0)" })
    add("--guidance", request.guidance.map { "\($0)" })
    add("--seed", "\(request.seed)")
    addBase(add)
    let control = request.base == nil ? [] : request.control.words { path($0) ?? "" }
    for (option, value) in control + ownWords {
      if let value { add(option, value) } else { words.append(option) }
    }
    add("--precision", precision)
    return words
  }

  private func addBase(_ add: (String, String?) -> Void) {
    guard request.base != nil else { return }
    add("--sampler", request.sampler.rawValue)
    add("--generator", request.randomNumbers.rawValue)
    add("--noise-file", path(request.noiseFile))
    add("--checkpoint", path(request.checkpoint))
    add("--clip-skip", "\(request.clipSkip)")
    for file in request.embeddings { add("--embedding", path(file)) }
    for lora in request.loras {
      var named = lora
      named.path = path(lora.path) ?? ""
      add("--lora", named.text)
    }
    add("--vae", path(request.autoencoder))
    if request.ipAdapter.adapter != nil {
      add("--ip-adapter", path(request.ipAdapter.adapter))
      add("--ip-adapter-image", path(request.ipAdapter.picture))
      add("--ip-adapter-scale", "\(request.ipAdapter.scale)")
      add("--image-encoder", path(request.ipAdapter.encoder))
      add("--face-network", path(request.ipAdapter.faceNetwork))
    }
  }

  private func path(_ path: String?) -> String? {
    guard let path, let folder = request.provenance.commandFolder else { return path }
    return FilePath.relative(path, to: folder)
  }
}
