import LipSync
import Media
import MediaTypes

/// The clip that drives a video: for each frame of the video, one of its frames.
///
/// One frame is in memory at a time; all are decoded once before, to know their times.
final class DrivingClip {
  let path: String
  /// How many frames at the video's rate show it once; forth and back, without either end twice, where it goes back.
  let frameCount: Int
  private let source: any PictureSource
  private let timeline: Timeline
  /// Frames of a video that loops, to whose middle the clip goes on, and then back; nil: it only goes on.
  private let ring: Int?

  /// Where it `goesBack`, the video has `frames` frames; nil: as many as show all of the clip.
  ///
  /// - Throws: `MediaError`, 66 and 65, for a file that is none; `CancelledError`.
  init(
    _ path: String, rate: Rational, goesBack: Bool = false, frames: Int? = nil,
    cancellation: Cancellation
  ) throws {
    self.path = path
    source = try openPictureSource(path, folderRate: rate)
    let times = try source.scan { _, _ in try cancellation.check() }
    timeline = Timeline(times, rate: rate, loop: .hold)
    let own = timeline.frameCountOfOneShowing
    frameCount = goesBack ? max(2 * own - 2, 1) : own
    ring = goesBack ? frames ?? frameCount : nil
  }

  /// Refuses a clip that does not last for `frames` frames: `RuntimeError`, 64.
  func check(_ option: String, frames: Int) throws {
    guard frames > frameCount else { return }
    throw RuntimeError.usage(
      "--frames \(frames): \(option) \(path) has \(frameCount)\(ring == nil ? "" : ", forth and back,") at "
        + "\(timeline.rate) a second: ask for no "
        + "more, or give a longer clip")
  }

  /// What should be known about it; one line each.
  var warnings: [String] { source.info.warnings }

  func picture(at frame: Int) throws -> RGBPicture {
    try source.picture(at: timeline.sourceIndex(at: place(of: frame)))
  }

  /// The first of the video's frames that shows what this one shows.
  func place(of frame: Int) -> Int { ring.map { min(frame, $0 - frame) } ?? frame }

  /// How many of the first `frames` frames show something new.
  func newCount(of frames: Int) -> Int { ring.map { min($0 / 2 + 1, frames) } ?? frames }
}
