import Face
import Foundation
import Media
import MediaTypes
import TestSupport
import Testing

@testable import Runtime

/// `inspect` with a MuseTalk model, on random weights.
struct BoxShiftGridTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try folder.run(
      "ffmpeg",
      ["-v", "error", "-f", "lavfi", "-i", "testsrc=s=160x128:r=25:d=0.4", "clip.mp4"])
  }

  private func request(_ sheet: String?) -> InspectRequest {
    var request = InspectRequest(clip: folder.file("clip.mp4"))
    request.sheet = sheet.map(folder.file)
    request.model = MuseTalkNetworkTests.folder
    request.museTalk.compatibility = .upstream
    (request.sampleCount, request.boxShifts) = (2, [-20, 0, 20])
    return request
  }

  /// The bytes of each cell's picture, row by row.
  private func cells(_ sheet: String, columns: Int) throws -> [[UInt8]] {
    let frame = try openPictureSource(folder.file(sheet)).frame(at: 0)
    #expect(frame.width == columns * 256 && frame.height % 280 == 0)
    return (0..<(frame.height / 280)).flatMap { row in
      (0..<columns).map { column in
        (24..<280).flatMap { line in
          let start = (row * 280 + line) * frame.width + column * 256
          return frame.samples[start..<(start + 256)]
        }
      }
    }
  }

  @Test func `each row shows a frame at each shift, and the range is told`() throws {
    let report = try Inspection(request("a.png")).run()
    let found = try cells("a.png", columns: 3)
    #expect(found.count == 6 && Set(found).count == 6)
    #expect(report.sheet == folder.file("a.png") && report.boxShiftRange?.count == 2)
    // A line marks the middle.
    for cell in found { #expect(cell[(128 * 256)..<(129 * 256)].allSatisfy { $0 > 200 }) }
    var other = request("b.png")
    other.boxShifts = [0]
    _ = try Inspection(other).run()
    // Chroma of neighbouring cells meets at their edges.
    for (alone, beside) in zip(try cells("b.png", columns: 1), [found[1], found[4]]) {
      let misses = zip(alone, beside).map { abs(Int($0) - Int($1)) }
      #expect(misses.reduce(0, +) < misses.count)
    }
    other.sheet = folder.file("c.png")
    other.museTalk.upperBoundary = 0.9
    _ = try Inspection(other).run()
    #expect(try cells("c.png", columns: 1) != cells("b.png", columns: 1))
  }

  @Test func `what can't be drawn is a usage error`() throws {
    var mini = request("no.png")
    (mini.model, mini.museTalk) = ("mini", MuseTalkOptions())
    for request in [mini, request(nil)] {
      let error = #expect(throws: RuntimeError.self) { try Inspection(request).run() }
      #expect(error?.exitCode == .usage)
    }
  }
}
