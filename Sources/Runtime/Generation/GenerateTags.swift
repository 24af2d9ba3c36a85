import Diffusion
import Digests
import Media
import MediaTypes

/// What a generated picture says about itself: the AI label, what made it, and the command that makes it again.
struct GenerateTags {
  let request: GenerateRequest
  let width: Int
  let height: Int
  let precision: String

  /// The producer's number for the content: as asked for, else a digest of the picture.
  func contentID(of picture: RGBPicture) -> String {
    if let given = request.provenance.contentID { return given }
    var hash = SHA256()
    picture.samples.withUnsafeBytes { hash.update($0) }
    return String(hash.finish().prefix(32))
  }

  func entries(contentID: String) -> [String: String] {
    let label = AIGCLabel(producer: request.provenance.producer, contentID: contentID)
    var entries = [
      AIGCLabel.tagName: label.metadataText,
      OutputTags.version: Version.current,
      OutputTags.model: FilePath.name(of: request.base),
      OutputTags.precision: precision,
      OutputTags.instructionSet: InstructionSet.name,
      OutputTags.seed: "\(request.seed)",
    ]
    if request.provenance.recordsCommand { entries[OutputTags.command] = ShellWords.join(words) }
    return entries
  }

  /// The command that makes the same picture, but for the output's name.
  private var words: [String] {
    var words = ["avatar", "generate"]
    func add(_ option: String, _ value: String?) {
      guard let value else { return }
      words += value.hasPrefix("-") ? ["\(option)=\(value)"] : [option, value]
    }
    add("--base", request.base)
    add("--prompt", request.prompt)
    add("--negative-prompt", request.negativePrompt)
    add("--image", request.image)
    if request.image != nil { add("--strength", "\(request.strength)") }
    add("--size", "\(width)x\(height)")
    add("--steps", "\(request.steps)")
    add("--guidance", "\(request.guidance)")
    add("--sampler", request.sampler.rawValue)
    add("--seed", "\(request.seed)")
    add("--generator", request.randomNumbers.rawValue)
    add("--clip-skip", "\(request.clipSkip)")
    for file in request.embeddings { add("--embedding", file) }
    add("--vae", request.autoencoder)
    add("--precision", precision)
    return words
  }
}
