import Foundation
import Imaging
import Lettering
public import LipSync
import Media
import MediaTypes

/// A picture of a finished video at a glance: up to twelve frames from the first to the last, each with its time.
public enum ContactSheet {
  private static let frameLimit = 12
  private static let capitalHeight = 11.0

  /// Where the sheet of `video` lies: beside it, `a.sheet.jpg` for `a.mp4`.
  public static func path(of video: String) -> String {
    let ending = FilePath.pathExtension(of: video)
    return (ending.isEmpty ? video : String(video.dropLast(ending.count + 1))) + ".sheet.jpg"
  }

  /// Refuses, before any work, a sheet that could not be written: where one exists (unless `replaces`), or without fonts.
  ///
  /// - Throws: `RuntimeError`, 73; `LetteringError`, 69.
  static func check(
    of video: String, replaces: Bool, inputs: [String], namedBy origin: OutputPath.Origin = .option
  ) throws {
    try OutputPath.check(path(of: video), force: replaces, inputs: inputs, namedBy: origin)
    _ = try time(0)
  }

  /// The key of the batch job that made the sheet at `path`; nil where none did.
  static func jobKey(at path: String) -> String? {
    guard let comment = jpegComment(path), comment.hasPrefix(keyMark) else { return nil }
    return String(comment.dropFirst(keyMark.count))
  }

  private static let keyMark = "\(OutputTags.jobKey)="

  /// Writes the sheet of the finished `video`, with the key of the batch job that made the video in it, and returns its path; it has its name only when it is complete.
  ///
  /// - Throws: `MediaError`: 65 and 66 where the video can't be read, 73 where the sheet exists and `replaces` is false, 74 for a full
  ///   disk; `LetteringError`, 69, without fonts; `CancelledError`.
  @discardableResult
  public static func write(
    of video: String, replaces: Bool, cancellation: Cancellation = Cancellation()
  ) throws -> String {
    let info = try probe(video)
    guard info.width > 0 else {
      throw RuntimeError.badInput("contact sheet of \(video): it has no picture: name a video")
    }
    let layout = ContactSheetLayout(
      count: min(max(info.frameCount ?? frameLimit, 1), frameLimit),
      width: Double(info.width) * info.sampleAspectRatio.value, height: Double(info.height))
    var sheet = Frame(
      width: layout.width, height: layout.height, color: .jpeg, luma: 24, chroma: 128)
    var index = 0
    try sampleFrames(of: video, count: layout.frameCount) { seconds, frame in
      try cancellation.check()
      try draw(frame, at: seconds, in: &sheet, layout, cell: index)
      index += 1
    }
    let path = path(of: video)
    try writeJPEG(
      sheet, to: path, comment: info.tag(OutputTags.jobKey).map { keyMark + $0 },
      overwrite: replaces)
    return path
  }

  private static func draw(
    _ frame: Frame, at seconds: Double, in sheet: inout Frame, _ layout: ContactSheetLayout,
    cell: Int
  ) throws {
    let (x, y) = layout.corner(of: cell)
    let picture = try frame.resized(width: layout.pictureWidth, height: layout.pictureHeight)
    func middle(_ room: Int, _ side: Int) -> Int { (room - side) / 2 & ~1 }
    sheet.place(
      picture.rgbPicture().frame(color: .jpeg),
      x: x + middle(layout.cellWidth, layout.pictureWidth),
      y: y + middle(layout.cellHeight, layout.pictureHeight))
    let time = try time(seconds)
    let bottom = y + layout.cellHeight - (time.height + 1) & ~1
    PlacedOverlay(time, x: x, y: bottom, color: .jpeg).draw(on: &sheet)
  }

  private static func time(_ seconds: Double) throws -> Overlay {
    try Lettering(timeText(seconds), capitalHeight: capitalHeight).boxed(padding: 5)
  }

  /// Minutes, seconds and tenths, with hours where there are some: "0:07.3", "1:02:07.3".
  static func timeText(_ seconds: Double) -> String {
    let tenths = Int((seconds * 10).rounded())
    let (minutes, rest) = (tenths / 600, tenths % 600)
    let clock = String(format: "%02d.%d", rest / 10, rest % 10)
    return minutes < 60
      ? "\(minutes):\(clock)"
      : String(format: "%d:%02d:", minutes / 60, minutes % 60) + clock
  }
}
