import LipSync
import Media
import MediaTypes

/// The clip that drives a video: for each frame of the video, one of its frames.
///
/// One frame is in memory at a time; all are decoded once before, to know their times.
final class DrivingClip {
  let path: String
  /// How many frames at the video's rate show it once.
  let frameCount: Int
  private let source: any PictureSource
  private let timeline: Timeline

  /// - Throws: `MediaError`, 66 and 65, for a file that is none; `CancelledError`.
  init(_ path: String, rate: Rational, cancellation: Cancellation) throws {
    self.path = path
    source = try openPictureSource(path, folderRate: rate)
    let times = try source.scan { _, _ in try cancellation.check() }
    timeline = Timeline(times, rate: rate, loop: .hold)
    frameCount = timeline.frameCountOfOneShowing
  }

  /// Refuses a clip that does not last for `frames` frames: `RuntimeError`, 64.
  func check(_ option: String, frames: Int) throws {
    guard frames > frameCount else { return }
    throw RuntimeError.usage(
      "--frames \(frames): \(option) \(path) has \(frameCount) at \(timeline.rate) a second: ask for no "
        + "more, or give a longer clip")
  }

  /// What should be known about it; one line each.
  var warnings: [String] { source.info.warnings }

  func picture(at frame: Int) throws -> RGBPicture {
    try source.picture(at: timeline.sourceIndex(at: frame))
  }
}
