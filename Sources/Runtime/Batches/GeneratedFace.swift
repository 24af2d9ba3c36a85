import Batch
import Foundation
import LipSync
import Media
import MediaTypes

/// The picture or video that `generate` makes for `speak`: kept in a work folder until the talking video is done.
struct GeneratedFace {
  private let request: GenerateRequest
  private let work: WorkFolder

  /// Opens the work folder for `output`, with what an earlier attempt under the job's `key` made.
  ///
  /// - Throws: `RuntimeError`: 75 when another run holds it, 73 or 74 when it can't be made.
  init(_ request: GenerateRequest, output: String, key: String) throws {
    self.request = request
    work = try WorkFolder(output: Self.place(output), key: key)
  }

  /// A picture, unless a video is asked for, or what only mini can make.
  static func name(of step: JobStep) -> String {
    let isVideo =
      ["model", "seconds", "frames", "fps", "shot"].contains { step.options[$0] != nil }
      || step.options["base"] == nil
    return isVideo ? "face.mp4" : "face.png"
  }

  /// A video that keeps what the output can show of the picture's transparency.
  static func name(of request: GenerateRequest, output: String) -> String {
    let isCutOut =
      VideoFormat(path: output).holdsAlpha && request.videoModel == MotionGenerator.model
      && request.image.map { (try? CutOutPicture($0)) != nil } == true
    return isCutOut ? "face.mov" : "face.mp4"
  }

  /// Where the first step of a job with this `output` writes.
  static func path(of step: JobStep, output: String) -> String {
    path(name(of: step), output: output)
  }

  /// Where a face of this name is made for `output`.
  static func path(_ name: String, output: String) -> String {
    "\(WorkFolder.path(output: place(output)))/\(name)"
  }

  /// Whether a generated face lies at `path`, whose form nobody asked for.
  static func isOne(_ path: String) -> Bool {
    path.contains(".generated.avatar-work/face.")
  }

  /// What `--avatar` names in a command of `speak`, where that is a generated face.
  static func name(inCommand words: [String]) -> String? {
    guard let index = words.firstIndex(of: "--avatar"), index + 1 < words.count else { return nil }
    return ["face.png", "face.mp4", "face.mov"].first { words[index + 1] == "./\($0)" }
  }

  private static func place(_ output: String) -> String { "\(output).generated" }

  /// Makes the face where it is not there yet; it appears whole or not at all.
  ///
  /// - Throws: what `GenerateJob` throws.
  func make(_ cancellation: Cancellation, progress: @escaping ProgressHandler) throws {
    guard !FileManager.default.fileExists(atPath: request.output) else { return }
    _ = try GenerateJob(request, cancellation: cancellation).run(progress: progress)
    // The second step begins with a segment of its own.
    if cancellation.stopsAfterSegment { throw CancelledError() }
  }

  func remove() { work.remove() }

  /// Removes what an unfinished run has left for `output`.
  static func discard(output: String) { WorkFolder.discard(output: place(output)) }
}
