import Compute
import Face
import Imaging
import MediaTypes
import TestSupport
import Testing

@testable import LipSync

@Suite("Pasting painted faces")
struct PasteMaskTests {
  let golden: Golden

  init() throws { golden = try Golden("paste.safetensors", in: .module) }

  func picture(_ key: String, enlarged factor: Int = 1) throws -> BytePicture {
    let tensor = try golden[key]
    let channels = tensor.shape.count == 3 ? tensor.shape[2] : 1
    let (height, width) = (tensor.shape[0] * factor, tensor.shape[1] * factor)
    var result = BytePicture(width: width, height: height, channels: channels)
    for y in 0..<height {
      for x in 0..<width {
        for c in 0..<channels {
          let from = (y / factor * tensor.shape[1] + x / factor) * channels + c
          result.samples[(y * width + x) * channels + c] = UInt8(tensor.values[from])
        }
      }
    }
    return result
  }

  func box(_ key: String) throws -> PixelBox {
    let corners = try golden[key].values.map { Int($0) }
    return PixelBox(left: corners[0], top: corners[1], right: corners[2], bottom: corners[3])
  }

  func parsed(_ mode: FaceParsing.Mode) throws -> ParsedFace {
    let parsing = FaceParsing(mode: mode, compatibility: .upstream)
    let mask = try parsing.mask(classes: try picture("classes", enlarged: 8))
    return ParsedFace(mask: mask, visible: nil)
  }

  static let cases: [(String, FaceParsing.Mode)] = [
    ("middle", .raw), ("jaw", .jaw), ("edge", .jaw),
  ]

  @Test("crops and pasted pictures equal upstream's to the bit", arguments: cases)
  func upstream(name: String, mode: FaceParsing.Mode) throws {
    let (picture, box) = (try picture("picture"), try box("\(name)/box"))
    let geometry = MuseTalkGeometry(version: .v1_5, compatibility: .upstream)
    let crop = try geometry.crop(of: picture, box)
    let expected = try golden["\(name)/crop"].values
    var found: [Float] = []
    for pixel in 0..<(32 * 32) {
      let at = 3 * (pixel / 32 * 8 * 256 + pixel % 32 * 8)
      found += crop.samples[at..<(at + 3)].map { Float($0) }
    }
    #expect(found == expected)
    let mask = try PasteMask(try parsed(mode), box: box)
    let result = try mask.paste(try self.picture("face", enlarged: 8), onto: picture)
    #expect(result == (try self.picture("\(name)/result")))
    #expect(mask.square == (try self.box("\(name)/square")))
    let realTime = try PasteMask(try parsed(mode), box: box, settings: .init(blurRatio: 0.1))
    #expect(realTime.mask == (try self.picture("\(name)/realTimeMask")))
  }

  static let frame: Frame = {
    let samples = (0..<Frame.sampleCount(width: 88, height: 96)).map { (index: Int) -> UInt8 in
      UInt8((index * 7 + index / 88) % 97 + 80)
    }
    return Frame(width: 88, height: 96, color: .bt709, samples: samples)
  }()

  /// The brightness of each pixel of an RGB picture.
  static func lumas(_ picture: BytePicture) -> [Double] {
    stride(from: 0, to: picture.samples.count, by: 3).map { pixel in
      let rgb = picture.samples[pixel..<(pixel + 3)].map(Double.init)
      return 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2]
    }
  }

  @Test("in a frame, bytes outside the box and without a mask stay what they are")
  func frames() throws {
    let box = try box("middle/box")
    let mask = try PasteMask(try parsed(.raw), box: box)
    let face = try picture("face", enlarged: 8)
    let result = try mask.paste(face, onto: Self.frame)
    var changes = 0
    for y in 0..<96 {
      for x in 0..<88 {
        let isInside = (box.left..<box.right).contains(x) && (box.top..<box.bottom).contains(y)
        let weight = mask.mask.samples[
          (y - mask.square.top) * mask.mask.width + x - mask.square.left]
        let isSame = result.samples[y * 88 + x] == Self.frame.samples[y * 88 + x]
        #expect(isSame || (isInside && weight > 0))
        changes += isSame ? 0 : 1
      }
    }
    #expect(changes > 300)
    let bounds = PixelBox(left: 0, top: 0, right: 88, bottom: 96)
    let direct = try mask.paste(face, onto: Self.frame.pixels(in: bounds))
    let lumas = [result.pixels(in: bounds), direct].map(Self.lumas)
    let squares = zip(lumas[0], lumas[1]).map { ($0 - $1) * ($0 - $1) }
    #expect((squares.reduce(0, +) / Double(squares.count)).squareRoot() < 4)
  }

  @Test("strength makes the mask fainter, and nothing paints at 0")
  func strength() throws {
    let box = try box("middle/box")
    let face = try picture("face", enlarged: 8)
    let none = try PasteMask(try parsed(.raw), box: box, strength: 0)
    #expect(try none.paste(face, onto: Self.frame) == Self.frame)
    let whole = try PasteMask(try parsed(.raw), box: box)
    let half = try PasteMask(try parsed(.raw), box: box, strength: 0.5)
    #expect(
      zip(whole.mask.samples, half.mask.samples).allSatisfy { abs(Int($0) - 2 * Int($1)) <= 1 })
  }

  @Test("no paint goes where something hides the face, though the blur reaches there")
  func hidden() throws {
    let box = try box("middle/box")
    var parsed = try parsed(.raw)
    var visible = BytePicture(width: 512, height: 512, channels: 1, value: 255)
    for y in 0..<512 { for x in 256..<512 { visible.samples[y * 512 + x] = 0 } }
    parsed.visible = visible
    let mask = try PasteMask(parsed, box: box).mask
    let (left, right) = (mask.width / 2 - 4, mask.width / 2 + 4)
    let row = mask.height * 5 / 8
    #expect(mask.samples[row * mask.width + left] > 200)
    #expect(mask.samples[row * mask.width + right] == 0)
  }

  @Test(
    "boxes of any size and place can be pasted",
    arguments: [
      PixelBox(left: 0, top: 0, right: 1, bottom: 1),
      PixelBox(left: -20, top: -30, right: 9, bottom: 5),
      PixelBox(left: 80, top: 90, right: 140, bottom: 99),
      PixelBox(left: 300, top: 0, right: 340, bottom: 50),
      PixelBox(left: 3, top: 90, right: 80, bottom: 91),
    ])
  func places(box: PixelBox) throws {
    let mask = try PasteMask(
      ParsedFace(mask: BytePicture(width: 512, height: 512, channels: 1, value: 255), visible: nil),
      box: box, settings: .init(upperBoundaryRatio: 0, blurRatio: 0))
    let face = BytePicture(width: 256, height: 256, channels: 3, value: 255)
    let result = try mask.paste(face, onto: Self.frame)
    let isOutside = box.left >= 88
    #expect((result == Self.frame) == isOutside)
  }

  @Test("a packed mask comes back as it was, and is smaller; damaged bytes are none")
  func packed() throws {
    for mode in FaceParsing.Mode.allCases {
      let mask = try PasteMask(parsed(mode), box: box("middle/box"), strength: 0.7)
      let packed = mask.packed
      #expect(PasteMask(packed: packed) == mask)
      #expect(packed.count < mask.mask.samples.count / 2)
      for length in stride(from: 0, to: packed.count - 1, by: 501) {
        #expect(PasteMask(packed: Array(packed.prefix(length))) == nil)
      }
    }
    let empty = PasteMask(
      box: PixelBox(left: -5, top: 3, right: 20, bottom: 40),
      square: PasteMask.square(around: PixelBox(left: -5, top: 3, right: 20, bottom: 40)),
      mask: BytePicture(width: 54, height: 54, channels: 1))
    #expect(PasteMask(packed: empty.packed) == empty)
  }
}

extension PasteMaskTests {
  @Test func `sharpening keeps to what the mask took of the painted face`() throws {
    let box = try box("middle/box")
    let mask = try PasteMask(try parsed(.raw), box: box)
    var frame = Frame(width: 256, height: 256)
    for index in frame.lumaRange { frame.samples[index] = index / 256 / 8 % 2 == 0 ? 60 : 180 }
    let sharp = mask.sharpening(frame, amount: 1)
    var changed = 0
    for index in frame.samples.indices where sharp.samples[index] != frame.samples[index] {
      changed += 1
      let (x, y) = (index % 256 - mask.square.left, index / 256 - mask.square.top)
      let isInside = (0..<mask.mask.width).contains(x) && (0..<mask.mask.height).contains(y)
      #expect(isInside && mask.mask.samples[y * mask.mask.width + x] > 0)
    }
    #expect(changed > 100)
    #expect(mask.sharpening(frame, amount: 0) == frame)
  }
}
