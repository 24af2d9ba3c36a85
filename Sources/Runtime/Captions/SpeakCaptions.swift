import Batch
import Digests
import Foundation
import Lettering
import Media
import MediaTypes

/// A request's captions, read and checked before any work.
struct SpeakCaptions {
  let request: CaptionRequest
  private let file: CaptionFile
  private let output: String

  /// - Throws: `MediaError`, 65 or 66, for files that are no captions; `LetteringError`, 69, where no font has a character.
  init(_ request: CaptionRequest, output: String) throws {
    self.request = request
    self.output = output
    file = try CaptionFile(request.path)
  }

  /// Those of the text track of a video that is so long; none in other styles.
  func track(frameCount: Int, rate: Rational) -> [Caption] {
    guard request.style == .track else { return [] }
    let end = frameCount * rate.denominator * 1000 / rate.numerator
    return file.captions.oneAtATime.ending(by: end)
  }

  /// Those to draw, laid out for pictures like `info`'s above `margin` rows that are taken; nil in other styles.
  func drawing(on info: SourceInfo, above margin: Int) throws -> CaptionDrawing? {
    guard request.style == .burn else { return nil }
    return try CaptionDrawing(file.captions.oneAtATime, of: request.path, on: info, above: margin)
  }

  /// Where a copy of the file lies: beside the video, `a.srt` for `a.mp4`; nil in other styles.
  var sidecar: String? {
    guard request.style == .sidecar else { return nil }
    return "\(FilePath.folder(of: output))/\(FilePath.stem(of: output)).\(file.format.rawValue)"
  }

  /// Where a copy is to be written; nil where none was asked for, or the captions lie there themselves.
  var copyPath: String? {
    get throws { try sidecar.flatMap { try isInPlace($0) ? nil : $0 } }
  }

  /// Who made the file at `copyPath`: the video beside it has the digest of its copy.
  func maker(ofCopy path: String) -> Companion.Maker {
    guard let digest = try? SHA256.digest(ofFile: path) else { return .unknown }
    if digest == (try? SHA256.digest(ofFile: request.path)) { return .irrelevant }
    guard let video = try? probe(output), video.tag(OutputTags.captionsSidecar) == digest,
      let key = video.tag(OutputTags.jobKey)
    else { return .unknown }
    return .job(key: key)
  }

  /// Refuses, before any work, a copy that could not be written.
  ///
  /// - Throws: `RuntimeError`, 73.
  func checkSidecar(_ speak: SpeakRequest, inputs: [String]) throws {
    guard let path = try copyPath else { return }
    try checkForeign(path, speak)
    try OutputPath.check(
      path, force: speak.keepsForeignFiles || speak.replacesOutput, inputs: inputs)
  }

  /// Writes the copy that was asked for, if one was; one of the same bytes is left alone.
  func writeSidecar(_ speak: SpeakRequest) throws {
    guard let path = try copyPath, maker(ofCopy: path) != .irrelevant else { return }
    try checkForeign(path, speak)
    let isThere = FileManager.default.fileExists(atPath: path)
    try CaptionFile.copy(
      request.path, to: path, overwrite: speak.keepsForeignFiles ? isThere : speak.replacesOutput)
  }

  private func checkForeign(_ path: String, _ speak: SpeakRequest) throws {
    guard speak.keepsForeignFiles, FileManager.default.fileExists(atPath: path),
      maker(ofCopy: path) == .unknown
    else { return }
    throw RuntimeError.cannotCreate(
      "copy of captions \(path): is there and was not made by this batch: move it away, or name "
        + "another output")
  }

  /// Whether the captions lie where their copy would.
  private func isInPlace(_ sidecar: String) throws -> Bool {
    guard FileManager.default.fileExists(atPath: sidecar) else { return false }
    return try FileIdentity.describe(sidecar) == FileIdentity.describe(request.path)
  }
}

extension CaptionRequest {
  /// The part of a job's key that stands for the captions apart from the file: for burnt ones the drawn letters, which other
  /// fonts would change.
  ///
  /// - Throws: as `SpeakCaptions` does.
  func key() throws -> String {
    guard style == .burn else {
      return "captions \(style.rawValue)\(style == .sidecar ? " with digest" : "")"
    }
    var hash = SHA256()
    for caption in try CaptionFile(path).captions {
      try CaptionDrawing.letters(caption.text, capitalHeight: 16).boxed(padding: 0).samples
        .withUnsafeBytes { hash.update($0) }
    }
    return "captions \(style.rawValue) \(hash.finish())"
  }
}
