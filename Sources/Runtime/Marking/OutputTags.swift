import Digests
import Glibc
import MediaTypes

/// The metadata entries of an output; equal content made in the same way has equal entries.
struct OutputTags {
  static let version = "avatar_version"
  static let model = "avatar_model"
  static let precision = "avatar_precision"
  static let instructionSet = "avatar_instruction_set"
  static let seed = "avatar_seed"
  static let command = "avatar_command"
  static let generateCommand = "avatar_generate_command"
  static let jobKey = "avatar_job_key"
  static let visibleLabel = "avatar_visible_label"
  static let captionsSidecar = "avatar_captions_sidecar"

  let commandLine: SpeakCommandLine
  /// Digests of the segments that are joined, in order.
  let segmentDigests: [String]

  /// The producer's number for the content: as asked for, else a digest of the pictures and of the sounds.
  func contentID() throws -> String {
    if let given = commandLine.request.provenance.contentID { return given }
    let request = commandLine.request
    do throws(SHA256.FileError) {
      var parts = segmentDigests
      for sound in request.sounds { parts.append(try SHA256.digest(ofFile: sound)) }
      if let loudness = request.loudness { parts.append("loudness \(loudness)") }
      if let captions = request.captions {
        parts.append(try SHA256.digest(ofFile: captions.path))
      }
      return String(SHA256.digest(of: parts.joined(separator: "\n")).prefix(32))
    } catch {
      throw RuntimeError.missing(
        "\(error.path): can't be read (\(String(cString: strerror(error.number)))): check the path"
      )
    }
  }

  /// The entries by name.
  func entries(contentID: String) throws -> [String: String] {
    let request = commandLine.request
    let provenance = request.provenance
    let label = AIGCLabel(producer: provenance.producer, contentID: contentID)
    let model = FilePath.name(of: request.model)
    var entries = [
      AIGCLabel.tagName: label.metadataText,
      "comment": "lip-sync by avatar, model \(model)",
      Self.version: Version.current,
      Self.model: model,
      Self.precision: commandLine.precision,
      Self.instructionSet: InstructionSet.name,
      Self.seed: "\(request.seed)",
    ]
    if provenance.recordsCommand {
      entries[Self.command] = ShellWords.join(commandLine.words)
      entries[Self.generateCommand] = request.generateCommand
    }
    entries[Self.jobKey] = provenance.jobKey
    entries[Self.visibleLabel] = request.visibleLabel?.text
    if let captions = request.captions, captions.style == .sidecar {
      entries[Self.captionsSidecar] = try SHA256.digest(ofFile: captions.path)
    }
    return entries
  }
}
