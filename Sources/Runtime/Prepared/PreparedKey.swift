import Compute
import Digests
import Foundation
import Media
import MediaTypes

/// Everything that decides what is prepared of a clip.
struct PreparedKey: Codable, Equatable {
  /// The clip's content, and what shows through it.
  var clip: String
  /// Weights of the networks that prepare, and what they are for.
  var model: String
  /// Boxes, masks, and whose face.
  var options: String
  /// The numbers that the program calculates with.
  var program: String

  /// One name for all of it.
  var digest: String { SHA256.digest(of: [clip, model, options, program].joined(separator: "\n")) }

  /// What the first thing is in which `found` is another than this; nil where they are equal.
  func difference(from found: PreparedKey) -> String? {
    if found.clip != clip { return "its clip has changed since" }
    if found.model != model { return "it was prepared for another model" }
    if found.options != options { return "it was prepared with other options" }
    if found.program != program {
      return "it was prepared by another version, or with another precision"
    }
    return nil
  }
}

extension PreparedKey {
  init(
    _ request: SpeakRequest, source: SpeakSource, model: MuseTalkModel,
    settings: MuseTalkSettings, precision: Precision
  ) throws {
    let info = try source.open().info
    let isTransparent =
      info.hasAlpha && request.background == nil && VideoFormat(path: request.output).holdsAlpha
    let background = request.background ?? (255, 255, 255)
    clip = """
      \(try source.contentDigest()) rate \(info.kind == .frameFolder ? info.outputRate.description : "")
      background \(background.red) \(background.green) \(background.blue)
      """ + (isTransparent ? "\nkept transparent" : "")
    self.model = SHA256.digest(of: try model.preparingIdentity())
    options = "\(settings.key) face \(try request.face?.identity() ?? "surest of each frame")"
    program = "\(Version.current) \(InstructionSet.name) \(precision)"
  }
}

/// Digests of what files hold.
enum ContentDigest {
  /// The digest of the file at `path`, or of all files in the folder there with their names.
  ///
  /// - Throws: `RuntimeError`, 66, where something can't be read.
  static func of(_ path: String) throws -> String {
    guard OutputPath.isFolder(path) else { return try ofFile(path) }
    let names = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    let lines = try names.compactMap { name -> String? in
      let file = "\(path)/\(name)"
      return OutputPath.isFolder(file) ? nil : "\(name) \(try ofFile(file))"
    }
    return SHA256.digest(of: lines.joined(separator: "\n"))
  }

  private static func ofFile(_ path: String) throws -> String {
    do { return try SHA256.digest(ofFile: path) } catch {
      throw RuntimeError.missing(
        "\(path): can't be read (\(String(cString: strerror(error.number)))): check the path")
    }
  }
}
