import Compute
import Face
import Imaging
import Testing

@Suite("Parsing masks that spare what hides the face")
struct FaceParsingTests {
  static let size = FaceParsing.size

  /// Logits of a face in a 512 x 512 square with a bar before it from x = 240 to 300, as tall as `bar`.
  static func logits(bar: Range<Int>, sureness: Float = 12) -> HostTensor {
    var values = [Float](repeating: 0, count: FaceParsing.classCount * size * size)
    for y in 0..<size {
      for x in 0..<size {
        let (dx, dy) = (Double(x - 256) / 140, Double(y - 240) / 180)
        var kind = dx * dx + dy * dy < 1 ? 1 : y > 420 ? 16 : 0
        if bar.contains(y), (240..<300).contains(x) { kind = 0 }
        values[(kind * size + y) * size + x] = sureness
      }
    }
    return HostTensor(shape: [1, FaceParsing.classCount, size, size], values: values)
  }

  @Test("a bar before the mouth keeps its pixels, and the chin its margin")
  func bar() throws {
    let parsed = try FaceParsing(mode: .jaw).parse(logits: Self.logits(bar: 300..<400))
    let visible = try #require(parsed.visible)
    func at(_ x: Int, _ y: Int, _ picture: BytePicture) -> UInt8 {
      picture.samples[y * Self.size + x]
    }
    // The mask itself grows into the bar, which hides the face there.
    #expect(at(244, 350, parsed.mask) == 255 && at(244, 350, visible) < 3)
    #expect(at(200, 350, parsed.mask) == 255 && at(200, 350, visible) > 250)
    // Below the chin there is background, over which the jaw may move.
    #expect(at(256, 424, parsed.mask) == 255 && at(256, 424, visible) == 255)
  }

  @Test("a bar up to the picture's lower edge is spared where the chin would be")
  func fromBelow() throws {
    let visible = try #require(
      try FaceParsing(mode: .jaw).parse(logits: Self.logits(bar: 300..<512)).visible)
    #expect(visible.samples[380 * Self.size + 270] < 3)
    #expect(visible.samples[500 * Self.size + 270] == 255)
  }

  @Test("raw masks are as soft as the parser is unsure")
  func soft() throws {
    let sure = try FaceParsing(mode: .raw).parse(logits: Self.logits(bar: 0..<0))
    let unsure = try FaceParsing(mode: .raw).parse(logits: Self.logits(bar: 0..<0, sureness: 2))
    let middle = 240 * Self.size + 256
    #expect(sure.mask.samples[middle] > 253 && sure.visible == nil)
    // e^2 among e^2 and 18 ones, of which three are of the mask's too.
    let expected = 255 * (7.389 + 3) / (7.389 + 18)
    #expect(abs(Double(unsure.mask.samples[middle]) - expected) <= 1)
  }

  @Test("upstream's masks are hard, and values that are not numbers harm nothing")
  func upstream() throws {
    let parsing = FaceParsing(mode: .raw, compatibility: .upstream)
    let parsed = try parsing.parse(logits: Self.logits(bar: 300..<400, sureness: 2))
    #expect(parsed.visible == nil && parsed.mask.samples.allSatisfy { $0 == 0 || $0 == 255 })
    #expect(parsed.mask.samples[240 * Self.size + 256] == 255)
    let count = FaceParsing.classCount * Self.size * Self.size
    let broken = HostTensor(
      shape: [1, FaceParsing.classCount, Self.size, Self.size],
      values: [Float](repeating: .nan, count: count))
    for mode in FaceParsing.Mode.allCases {
      _ = try FaceParsing(mode: mode, leftCheekWidth: -900, rightCheekWidth: 900).parse(
        logits: broken)
    }
  }
}
