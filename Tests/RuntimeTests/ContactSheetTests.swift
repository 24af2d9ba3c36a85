import Foundation
import Media
import MediaTypes
import TestSupport
import Testing

@testable import Runtime

struct ContactSheetTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func video(_ name: String, _ source: String, _ options: [String] = []) throws -> String {
    try folder.run("ffmpeg", ["-v", "error", "-f", "lavfi", "-i", source] + options + [name])
    return folder.file(name)
  }

  /// Luma of the middle of each cell.
  private func cells(_ sheet: Frame, _ layout: ContactSheetLayout) -> [UInt8] {
    (0..<layout.frameCount).map { index in
      let (x, y) = layout.corner(of: index)
      return sheet.samples[(y + layout.cellHeight / 2) * sheet.width + x + layout.cellWidth / 2]
    }
  }

  @Test(arguments: [
    ["-r", "25"], ["-r", "30000/1001", "-bf", "3", "-g", "30"], ["-r", "25", "-g", "1"],
    ["-r", "25", "-g", "1000"],
  ])
  func `frames from the first to the last, in order`(options: [String]) throws {
    // Each frame is lighter than the one before.
    let path = try video(
      "a.mp4", "color=black:s=320x180:d=8,format=yuv420p,geq=lum='16+24*T':cb=128:cr=128", options)
    var sampled: [(seconds: Double, luma: UInt8)] = []
    try sampleFrames(of: path, count: 12) { sampled.append(($0, $1.samples[0])) }
    try #require(sampled.count == 12)
    let last = try #require(sampled.last)
    #expect(sampled[0].seconds == 0 && abs(last.seconds - 8 + 1 / 25) < 0.02)
    for (index, sample) in sampled.enumerated() {
      #expect(abs(sample.seconds - last.seconds * Double(index) / 11) < 0.021)
      #expect(abs(Double(sample.luma) - 16 - 24 * sample.seconds) <= 3)
    }
  }

  @Test func `a sheet shows them, with its file written whole`() throws {
    let path = try video(
      "a.mp4", "color=black:s=640x360:r=5:d=8,format=yuv420p,geq=lum='16+24*T':cb=128:cr=128")
    let sheet = try ContactSheet.write(of: path, replaces: false)
    #expect(sheet == folder.file("a.sheet.jpg") && folder.names == ["a.mp4", "a.sheet.jpg"])
    let frame = try StillSource(sheet).frame(at: 0)
    let layout = ContactSheetLayout(count: 12, width: 640, height: 360)
    #expect(frame.width == layout.width && frame.height == layout.height && frame.width <= 1280)
    #expect(layout.columns == 3 && layout.rows == 4)
    let levels = cells(frame, layout)
    #expect(levels == levels.sorted() && Set(levels).count == 12)
    // Each has its time: white on a dark box, in its lower left corner.
    for index in 0..<12 {
      let (x, y) = layout.corner(of: index)
      let box = (y + layout.cellHeight - 20..<y + layout.cellHeight).flatMap { row in
        frame.samples[(row * frame.width + x)..<(row * frame.width + x + 50)]
      }
      #expect(box.contains { $0 > 225 })
    }
    let first = try Data(contentsOf: URL(fileURLWithPath: sheet))
    let error = #expect(throws: MediaError.self) {
      try ContactSheet.write(of: path, replaces: false)
    }
    #expect(error?.exitCode == .cannotCreateOutput)
    try ContactSheet.write(of: path, replaces: true)
    #expect(try Data(contentsOf: URL(fileURLWithPath: sheet)) == first)
    #expect(first.count < 200_000)
  }

  @Test(arguments: ["16x16", "16x800", "1600x16", "2x2", "1080x1920", "300x300"], [1, 2, 7, 30])
  func `any size and length`(size: String, frameCount: Int) throws {
    let path = try video(
      "v.mp4", "testsrc2=s=\(size):r=10", ["-frames:v", "\(frameCount)", "-preset", "ultrafast"])
    let frame = try StillSource(ContactSheet.write(of: path, replaces: false)).frame(at: 0)
    #expect((104...1280).contains(frame.width) && (28...1400).contains(frame.height))
    var count = 0
    try sampleFrames(of: path, count: 12) { _, _ in count += 1 }
    #expect(count == min(frameCount, 12))
  }

  @Test func `what has no picture is an error, and leaves nothing`() throws {
    let sound = try video("s.wav", "sine=300:d=0.2")
    #expect(throws: RuntimeError.self) { try ContactSheet.write(of: sound, replaces: false) }
    #expect(throws: MediaError.self) {
      try ContactSheet.write(of: folder.file("none.mp4"), replaces: false)
    }
    #expect(folder.names == ["s.wav"])
  }

  @Test func `names and times`() {
    #expect(ContactSheet.path(of: "out/a.b.mp4") == "out/a.b.sheet.jpg")
    #expect(ContactSheet.path(of: "a") == "a.sheet.jpg")
    #expect(ContactSheet.path(of: "./x.y/a") == "./x.y/a.sheet.jpg")
    let times = [0, 7.26, 59.96, 600, 3727.34].map(ContactSheet.timeText)
    #expect(times == ["0:00.0", "0:07.3", "1:00.0", "10:00.0", "1:02:07.3"])
  }
}
