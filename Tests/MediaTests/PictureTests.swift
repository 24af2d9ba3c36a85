import Foundation
import Media
import MediaTypes
import Testing

@Suite struct PictureTests {
  let shop: Workshop

  init() throws { shop = try Workshop() }

  private func color(_ frame: Frame, _ x: Int, _ y: Int) -> [Int] {
    let picture = frame.rgbPicture()
    let start = (y * picture.width + x) * 3
    return picture.samples[start..<(start + 3)].map(Int.init)
  }

  private func isNear(_ a: [Int], _ b: [Int], within limit: Int = 4) -> Bool {
    zip(a, b).allSatisfy { abs($0 - $1) <= limit }
  }

  @Test(arguments: ["png", "jpg", "webp", "bmp", "tif"])
  func stillsKeepTheirColours(format: String) throws {
    for (name, rgb) in [
      ("red", [255, 0, 0]), ("lime", [0, 255, 0]), ("blue", [0, 0, 255]),
      ("gray", [128, 128, 128]),
      ("white", [255, 255, 255]), ("black", [0, 0, 0]), ("orange", [255, 165, 0]),
    ] {
      let path = shop["\(name).\(format)"]
      try shop.run("convert", ["-size", "32x24", "xc:\(name)", "-quality", "95", path])
      let source = try openPictureSource(path)
      #expect(source.info.kind == .still)
      let frame = try source.frame(at: 0)
      #expect(frame.color == .bt709)
      #expect((frame.width, frame.height) == (32, 24))
      #expect(isNear(color(frame, 9, 9), rgb, within: 6), "\(name) \(color(frame, 9, 9))")
    }
  }

  @Test(arguments: [
    "-depth 16", "-depth 8 -type Palette", "-type GrayscaleAlpha", "-depth 16 -alpha on",
  ])
  func kindsOfPNGAgree(options: String) throws {
    let path = shop["grey.png"]
    try shop.run(
      "convert",
      ["-size", "16x16", "xc:#c8c8c8"] + options.split(separator: " ").map(String.init)
        + [path])
    #expect(isNear(color(try StillSource(path).frame(at: 0), 5, 5), [200, 200, 200], within: 2))
  }

  @Test func oneBitAndGreyAlphaPictures() throws {
    try shop.run("convert", ["-size", "16x16", "xc:white", "-monochrome", shop["white.png"]])
    #expect(isNear(color(try StillSource(shop["white.png"]).frame(at: 0), 3, 3), [255, 255, 255]))
    try shop.run(
      "convert",
      [
        "-size", "16x16", "xc:gray(200)", "-alpha", "set", "-channel", "A", "-evaluate", "set",
        "50%",
      ]
        + ["-define", "png:color-type=4", shop["half.png"]])
    let frame = try StillSource(shop["half.png"], background: .black).frame(at: 0)
    #expect(isNear(color(frame, 3, 3), [100, 100, 100], within: 2), "\(color(frame, 3, 3))")
  }

  @Test(arguments: ["png", "webp"]) func alphaShowsTheBackground(format: String) throws {
    let path = shop["half.\(format)"]
    try shop.run(
      "convert",
      ["-size", "32x32", "xc:none", "-fill", "red", "-draw", "rectangle 0,0 15,31"]
        + ["-define", "webp:lossless=true", path])
    let source = try openPictureSource(path, background: RGBColor(red: 0, green: 200, blue: 0))
    #expect(source.info.hasAlpha)
    let frame = try source.frame(at: 0)
    #expect(isNear(color(frame, 4, 16), [255, 0, 0]))
    #expect(isNear(color(frame, 26, 16), [0, 200, 0]))
  }

  @Test(arguments: 1...8) func jpegOrientationIsFollowed(tag: Int) throws {
    let quadrants = ["-fill", "red", "-draw", "rectangle 0,0 31,15", "-fill", "blue"]
    try shop.run(
      "convert",
      ["-size", "64x32", "xc:white"] + quadrants
        + ["-draw", "rectangle 32,16 63,31", "-quality", "95", shop["plain.jpg"]])
    // An APP1 segment with a one-entry EXIF directory.
    var data = try Data(contentsOf: URL(fileURLWithPath: shop["plain.jpg"]))
    var exif: [UInt8] = Array("Exif\0\0".utf8) + Array("MM\0*".utf8) + [0, 0, 0, 8, 0, 1]
    exif += [1, 0x12, 0, 3, 0, 0, 0, 1, 0, UInt8(tag), 0, 0, 0, 0, 0, 0]
    data.insert(contentsOf: [0xFF, 0xE1, 0, UInt8(exif.count + 2)] + exif, at: 2)
    try data.write(to: URL(fileURLWithPath: shop["tagged.jpg"]))
    try shop.run("convert", [shop["tagged.jpg"], "-auto-orient", shop["expected.png"]])
    let found = try readPicture(shop["tagged.jpg"])
    let expected = try readPicture(shop["expected.png"])
    #expect((found.width, found.height) == (expected.width, expected.height))
    let difference = zip(found.samples, expected.samples).reduce(0) { sum, pair in
      sum + abs(Int(pair.0) - Int(pair.1))
    }
    #expect(difference < found.samples.count * 6)
  }

  @Test func oddSidesLoseTheirLast() throws {
    try shop.run("convert", ["-size", "33x25", "gradient:red-blue", shop["odd.png"]])
    let still = try openPictureSource(shop["odd.png"])
    #expect((still.info.width, still.info.height) == (32, 24))
    #expect(still.info.warnings.count == 1)
    try shop.clip(
      "odd.mkv", count: 2, "-vf crop=33:25:0:0:exact=1 -c:v ffv1 -pix_fmt yuv420p")
    let video = try openPictureSource(shop["odd.mkv"])
    _ = try video.scan { _, frame in #expect((frame.width, frame.height) == (32, 24)) }
    #expect(video.info.warnings.contains { $0.contains("33x25") })
  }

  @Test func foldersAreSortedNaturally() throws {
    for number in 1...11 {
      try shop.run(
        "convert", ["-size", "16x16", "xc:gray(\(number * 20))", shop["f\(number).png"]])
    }
    try Data("x".utf8).write(to: URL(fileURLWithPath: shop["notes.txt"]))
    let source = try openPictureSource(shop.folder, folderRate: Rational(30000, 1001))
    #expect(source.info.kind == .frameFolder)
    #expect(source.info.averageRate == Rational(30000, 1001))
    var luma: [UInt8] = []
    let times = try source.scan { _, frame in luma.append(frame.samples[0]) }
    #expect(times == PresentationTimes(frameCount: 11, rate: Rational(30000, 1001)))
    #expect(luma == luma.sorted() && Set(luma).count == 11)
    #expect(try source.frame(at: 3).samples[0] == luma[3])
    try shop.run("convert", ["-size", "18x16", "xc:gray", shop["f12.png"]])
    expectError(.badInput, containing: "18x16") {
      _ = try openPictureSource(shop.folder).scan { _, _ in }
    }
  }

  @Test func picturesAreWrittenAndReadBack() throws {
    let samples = (0..<(30 * 20 * 3)).map { UInt8($0 * 7 % 256) }
    let picture = RGBPicture(width: 30, height: 20, samples: samples)
    try writePNG(picture, to: shop["out.png"])
    #expect(try readPicture(shop["out.png"]) == picture)
    expectError(.cannotCreateOutput) {
      try writePNG(picture, to: shop["out.png"], overwrite: false)
    }
    expectError(.cannotCreateOutput) { try writePNG(picture, to: shop["none/out.png"]) }
    #expect(shop.names == ["out.png"])
  }

  @Test func conversionIsExactOnFlatColours() {
    for full in [false, true] {
      for value: UInt8 in [0, 1, 17, 128, 200, 254, 255] {
        let picture = RGBPicture(
          width: 4, height: 4, samples: [UInt8](repeating: value, count: 48))
        var color = ColorDescription.bt601
        color.isFullRange = full
        let frame = picture.frame(color: color)
        let luma = full ? Double(value) : 16 + Double(value) * 219 / 255
        #expect(frame.samples[..<16].allSatisfy { $0 == UInt8(luma.rounded()) })
        #expect(frame.samples[16...].allSatisfy { $0 == 128 })
      }
    }
  }
}
