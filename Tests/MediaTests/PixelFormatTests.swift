import Foundation
import Media
import MediaTypes
import Testing

@Suite struct PixelFormatTests {
  let shop: Workshop

  init() throws { shop = try Workshop() }

  private func first(_ path: String, background: RGBColor = .black) throws -> Frame {
    try openPictureSource(path, background: background).frame(at: 0)
  }

  /// A video of one colour in some pixel format.
  private func flat(_ name: String, _ color: String, _ arguments: String) throws -> String {
    try shop.make(name, "-f lavfi -i color=\(color):size=32x24:rate=25 -frames:v 2 \(arguments)")
  }

  @Test(arguments: [
    ("yuv422p.mkv", "-c:v ffv1 -pix_fmt yuv422p"), ("yuv444p.mkv", "-c:v ffv1 -pix_fmt yuv444p"),
    ("10bit.mkv", "-c:v ffv1 -pix_fmt yuv420p10le"),
    ("10bit.mp4", "-c:v libx264 -pix_fmt yuv420p10le -crf 1"),
    ("prores.mov", "-c:v prores_ks -profile:v 3"), ("rgb.mkv", "-c:v ffv1 -pix_fmt bgr0"),
    ("rgb.mp4", "-c:v libx264rgb -crf 0"), ("rle.mov", "-c:v qtrle -pix_fmt rgb24"),
    ("gbrp16.mkv", "-c:v ffv1 -pix_fmt gbrp16le"),
    ("mjpeg.avi", "-c:v mjpeg -q:v 1 -pix_fmt yuvj422p"),
    ("png.mov", "-c:v png -pix_fmt rgb24"), ("plain.y4m", "-pix_fmt yuv420p"),
  ])
  func everyFormatShowsTheSameColour(name: String, arguments: String) throws {
    for (text, rgb) in [("0x40A060", [64, 160, 96]), ("0xFFFFFF", [255, 255, 255])] {
      let frame = try first(try flat(name, text, arguments))
      let picture = frame.rgbPicture()
      let found = picture.samples[300..<303].map(Int.init)
      #expect(zip(found, rgb).allSatisfy { abs($0 - $1) <= 5 }, "\(name) \(found)")
    }
  }

  @Test func greyLevels() throws {
    // FFV1 grey is full range, H.264 grey is video range.
    let white = try first(try flat("grey.mkv", "white", "-c:v ffv1 -pix_fmt gray"))
    #expect(white.samples[0] == (white.color.isFullRange ? 255 : 235))
    // libswscale makes white 65280 of 65535.
    let deep = try first(try flat("deep.mkv", "white", "-c:v ffv1 -pix_fmt gray16le"))
    #expect(deep.samples[0] == (deep.color.isFullRange ? 254 : 234))
    #expect(deep.samples[deep.firstChromaRange].allSatisfy { $0 == 128 })
  }

  @Test(arguments: [
    ("vp9.webm", "-c:v libvpx-vp9 -pix_fmt yuva420p"),
    ("prores.mov", "-c:v prores_ks -profile:v 4444 -pix_fmt yuva444p10le"),
    ("png.mov", "-c:v png -pix_fmt rgba"), ("rle.mov", "-c:v qtrle -pix_fmt argb"),
  ])
  func alphaVideosShowTheBackground(name: String, arguments: String) throws {
    try shop.make(
      name,
      "-f lavfi -i color=red:size=64x48:rate=25,format=rgba,"
        + "geq=r='255':g='0':b='0':a='if(lt(X,32),255,0)' -frames:v 2 \(arguments)")
    #expect(try probe(shop[name]).hasAlpha)
    let frame = try first(shop[name], background: RGBColor(red: 0, green: 0, blue: 255))
    let picture = frame.rgbPicture()
    for (x, rgb) in [(10, [255, 0, 0]), (54, [0, 0, 255])] {
      let start = (20 * 64 + x) * 3
      let found = picture.samples[start..<(start + 3)].map(Int.init)
      #expect(zip(found, rgb).allSatisfy { abs($0 - $1) <= 10 }, "\(name) \(x) \(found)")
    }
  }

  @Test func colourTagsAreKeptOrFilledIn() throws {
    let tags = "-c:v libx264 -pix_fmt yuv420p"
    let small = try flat("small.mp4", "red", tags)
    #expect(try probe(small).color == .bt601)
    #expect(try first(small).color == .bt601)
    let tall = try shop.make(
      "tall.mp4", "-f lavfi -i color=red:size=32x720:rate=25 -frames:v 1 \(tags)")
    #expect(
      try first(tall).color
        == ColorDescription(matrix: 6, primaries: 1, transfer: 1, isFullRange: false))
    let tagged = try shop.make(
      "tagged.mp4",
      "-f lavfi -i color=red:size=32x720:rate=25 -frames:v 1 \(tags) -colorspace bt709")
    #expect(try first(tagged).color == .bt709)
    let full = try flat("full.mp4", "red", "-c:v libx264 -pix_fmt yuvj420p -colorspace bt470bg")
    #expect(try first(full).color.isFullRange)
    #expect(try first(full).color.matrix == 5)
    let hdr = try flat(
      "hdr.mp4", "gray",
      "-c:v libx265 -pix_fmt yuv420p10le -x265-params "
        + "log-level=none:colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc")
    let info = try probe(hdr)
    #expect(info.isHighDynamicRange && info.bitDepth == 10)
    #expect(info.warnings.contains { $0.contains("HDR") })
    #expect(
      try first(hdr).color
        == ColorDescription(matrix: 9, primaries: 9, transfer: 16, isFullRange: false))
  }

  @Test func interlacedAndAnamorphicAreTold() throws {
    let interlaced = try shop.clip(
      "fields.mp4", count: 4, "-c:v libx264 -pix_fmt yuv420p -flags +ildct+ilme -top 1")
    #expect(try probe(interlaced).warnings.contains { $0.contains("interlaced") })
    let wide = try shop.clip(
      "wide.mp4", count: 2, "-c:v libx264 -pix_fmt yuv420p -aspect 16:9")
    #expect(try probe(wide).sampleAspectRatio == Rational(4, 3))
  }
}
