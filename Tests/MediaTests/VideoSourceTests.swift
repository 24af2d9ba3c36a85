import Foundation
import Media
import MediaTypes
import Testing

@Suite struct VideoSourceTests {
  let shop: Workshop

  init() throws { shop = try Workshop() }

  /// Scans, then reads forward, backward and at random, and compares.
  private func expectExactAccess(_ path: String, count: Int) throws {
    let source = try VideoSource(path)
    var scanned: [Frame] = []
    let times = try source.scan { number, frame in
      #expect(number == scanned.count)
      scanned.append(frame)
    }
    #expect(scanned.count == count)
    #expect(times.frameCount == count)
    #expect(Set(scanned).count == count)
    for number in scanned.indices { #expect(try source.frame(at: number) == scanned[number]) }
    for number in scanned.indices.reversed() {
      #expect(try source.frame(at: number) == scanned[number], "\(number) backward")
    }
    let index = try #require(source.index)
    let saved = try JSONDecoder().decode(VideoIndex.self, from: JSONEncoder().encode(index))
    let again = try VideoSource(path, index: saved)
    for step in 0..<(2 * count) {
      let number = step * 37 % count
      #expect(try again.frame(at: number) == scanned[number], "\(number) at random")
    }
  }

  @Test(arguments: [
    ("bframes.mp4", "-c:v libx264 -pix_fmt yuv420p -bf 3 -g 10"),
    ("open.mp4", "-c:v libx264 -pix_fmt yuv420p -bf 3 -g 10 -x264-params open-gop=1:keyint=10"),
    ("long.mp4", "-c:v libx264 -pix_fmt yuv420p -g 250"),
    ("intra-refresh.mp4", "-c:v libx264 -pix_fmt yuv420p -x264-params intra-refresh=1:keyint=12"),
    ("open.mkv", "-c:v libx264 -pix_fmt yuv420p -bf 3 -x264-params open-gop=1:keyint=10"),
    ("stream.ts", "-c:v libx264 -pix_fmt yuv420p -bf 3 -g 10"),
    ("raw.h264", "-c:v libx264 -pix_fmt yuv420p -bf 2 -g 10"),
    ("mpeg4.avi", "-c:v mpeg4 -bf 2 -g 10 -q:v 3"), ("mpeg4.mov", "-c:v mpeg4 -bf 2 -g 10 -q:v 3"),
    ("mpeg2.mpg", "-c:v mpeg2video -bf 2 -g 10 -q:v 3"), ("vp9.webm", "-c:v libvpx-vp9 -g 10"),
    ("hevc.mp4", "-c:v libx265 -x265-params log-level=none:keyint=10"),
    ("mjpeg.avi", "-c:v mjpeg -q:v 3"), ("prores.mov", "-c:v prores_ks"), ("gif.gif", ""),
    ("edit.mp4", "-c:v libx264 -pix_fmt yuv420p -bf 3 -g 10 -output_ts_offset 0.4"),
  ])
  func everyFrameIsExactInAnyOrder(name: String, arguments: String) throws {
    try expectExactAccess(shop.clip(name, count: 45, arguments), count: 45)
  }

  @Test func editListsThatCutTheBeginningAreFollowed() throws {
    try shop.clip("whole.mp4", count: 40, "-c:v libx264 -pix_fmt yuv420p -bf 2 -g 20")
    try shop.make("cut.mp4", "-ss 0.5 -i \(shop["whole.mp4"]) -c copy")
    let whole = try VideoSource(shop["whole.mp4"])
    var all: [Frame] = []
    _ = try whole.scan { _, frame in all.append(frame) }
    let cut = try VideoSource(shop["cut.mp4"])
    var part: [Frame] = []
    _ = try cut.scan { _, frame in part.append(frame) }
    #expect(part == Array(all.suffix(part.count)))
    #expect(part.count == 27 || part.count == 28)
    try expectExactAccess(shop["cut.mp4"], count: part.count)
  }

  @Test func variableRateKeepsItsTimes() throws {
    try shop.make(
      "vfr.mkv",
      "-f lavfi -i testsrc2=size=64x48:rate=25,noise=alls=20:allf=t -frames:v 20 "
        + "-vf select='not(eq(mod(n,5),2))' -vsync vfr -c:v libx264 -pix_fmt yuv420p -bf 2")
    let source = try VideoSource(shop["vfr.mkv"])
    let times = try source.scan { _, _ in }
    let expected = (0..<20).filter { $0 % 5 != 2 }.prefix(times.frameCount)
    for (number, original) in expected.enumerated() {
      #expect(abs(times.seconds(number) - Double(original) / 25) < 0.001)
    }
    try expectExactAccess(shop["vfr.mkv"], count: times.frameCount)
  }

  @Test func ordinaryFramesPassBitExact() throws {
    try shop.clip("clip.mp4", count: 5)
    try shop.make("clip.yuv", "-i \(shop["clip.mp4"]) -f rawvideo -pix_fmt yuv420p")
    let raw = [UInt8](try Data(contentsOf: URL(fileURLWithPath: shop["clip.yuv"])))
    var samples: [UInt8] = []
    _ = try VideoSource(shop["clip.mp4"]).scan { _, frame in samples += frame.samples }
    #expect(samples == raw)
  }

  @Test(arguments: [90, 180, 270])
  func rotationIsApplied(counterclockwise: Int) throws {
    try shop.clip("plain.mp4", count: 2)
    try shop.make(
      "turned.mp4",
      "-i \(shop["plain.mp4"]) -c copy -metadata:s:v:0 rotate=\(counterclockwise)")
    try shop.make(
      "expected.yuv", "-i \(shop["turned.mp4"]) -f rawvideo -pix_fmt yuv420p")
    let source = try VideoSource(shop["turned.mp4"])
    var samples: [UInt8] = []
    _ = try source.scan { _, frame in
      #expect((frame.width, frame.height) == (source.info.width, source.info.height))
      samples += frame.samples
    }
    #expect(source.info.rotationDegrees == 360 - counterclockwise)
    #expect(samples == [UInt8](try Data(contentsOf: URL(fileURLWithPath: shop["expected.yuv"]))))
  }

  @Test func aChangedFileIsNoticed() throws {
    try shop.clip("clip.mp4", count: 8)
    let source = try VideoSource(shop["clip.mp4"])
    _ = try source.scan { _, _ in }
    try shop.clip("clip.mp4", count: 9, "-c:v libx264 -pix_fmt yuv420p -crf 30")
    expectError(.badInput, containing: "changed") {
      _ = try VideoSource(shop["clip.mp4"], index: source.index!)
    }
  }
}
