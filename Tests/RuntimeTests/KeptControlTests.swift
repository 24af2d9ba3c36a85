import Foundation
import Imaging
import Media
import TestSupport
import Testing

@testable import Runtime

/// Counts how often a picture is made.
private final class CountedControl: ControlPictures {
  var made: [Int] = []

  func picture(at frame: Int) -> RGBPicture {
    made.append(frame)
    return TinyControls.shown(width: 24, height: 16, frame: frame)
  }
}

@Suite struct KeptControlTests {
  @Test func `pictures are made once, kept bit by bit, and made again where they are damaged`() throws {
    let folder = try TemporaryFolder()
    let work = try WorkFolder(output: folder.file("a.mp4"), key: "a")
    let counted = CountedControl()
    let kept = KeptControl(counted, in: work, name: "control-0")
    for _ in 0..<3 {
      for frame in 0..<4 {
        let truth = TinyControls.shown(width: 24, height: 16, frame: frame)
        #expect(try kept.picture(at: frame).samples == truth.samples)
      }
    }
    #expect(counted.made == [0, 1, 2, 3])
    let file = try #require(
      FileManager.default.contentsOfDirectory(atPath: work.path).first { $0.contains(".2.") })
    try Data([1, 2, 3]).write(to: URL(fileURLWithPath: work.file(file)))
    // Another ControlNet's pictures are others; another run of the same goes on with these.
    let other = KeptControl(counted, in: work, name: "control-1")
    _ = try other.picture(at: 3)
    let next = KeptControl(counted, in: work, name: "control-0")
    _ = try next.picture(at: 1)
    #expect(try next.picture(at: 2).samples == kept.picture(at: 2).samples)
    #expect(counted.made == [0, 1, 2, 3, 3, 2])
    work.remove()
  }
}
