import Imaging
import MediaTypes
import Testing

struct PlacedOverlayTests {
  private func overlay(_ width: Int, _ height: Int, _ sample: [UInt8]) -> Overlay {
    Overlay(
      width: width, height: height,
      samples: Array(repeatElement(sample, count: width * height).joined()))
  }

  /// A frame with a different byte nearly everywhere.
  private func busy(_ color: ColorDescription = .bt709) -> Frame {
    var frame = Frame(width: 64, height: 48, color: color)
    for index in frame.samples.indices { frame.samples[index] = UInt8(index * 37 % 256) }
    return frame
  }

  @Test func `where an overlay is transparent, and around it, bytes stay`() {
    var frame = busy()
    PlacedOverlay(overlay(64, 48, [0, 0, 0, 0]), x: 0, y: 0, color: .bt709).draw(on: &frame)
    #expect(frame == busy())
    PlacedOverlay(overlay(9, 7, [255, 255, 255, 255]), x: 10, y: 20, color: .bt709)
      .draw(on: &frame)
    let before = busy()
    for y in 0..<48 {
      for x in 0..<64 where !(10..<20).contains(x) || !(20..<28).contains(y) {
        #expect(frame.samples[y * 64 + x] == before.samples[y * 64 + x])
        let chroma = frame.firstChromaRange.lowerBound + y / 2 * 32 + x / 2
        #expect(frame.samples[chroma] == before.samples[chroma])
      }
    }
    #expect(frame.samples[20 * 64 + 10] == 235 && frame.samples[26 * 64 + 18] == 235)
    #expect(frame.samples[20 * 64 + 19] == before.samples[20 * 64 + 19])
  }

  @Test(arguments: [ColorDescription.bt709, .bt601])
  func `opaque colours become their codes`(color: ColorDescription) {
    var frame = busy(color)
    PlacedOverlay(overlay(64, 48, [255, 0, 0, 255]), x: 0, y: 0, color: color).draw(on: &frame)
    let codes = color.codes(red: 1, green: 0, blue: 0)
    #expect(frame.samples[24 * 64 + 32] == codes.y)
    #expect(frame.samples[frame.firstChromaRange.lowerBound + 12 * 32 + 16] == codes.u)
    #expect(frame.samples[frame.secondChromaRange.lowerBound + 12 * 32 + 16] == codes.v)
  }

  @Test func `half transparent black halves the picture's light`() {
    var frame = Frame(width: 16, height: 16, luma: 216, chroma: 60)
    PlacedOverlay(overlay(16, 16, [0, 0, 0, 128]), x: 0, y: 0, color: .bt709).draw(on: &frame)
    #expect(abs(Int(frame.samples[8 * 16 + 8]) - 116) <= 1)
    #expect(abs(Int(frame.samples[frame.firstChromaRange.lowerBound + 4 * 8 + 4]) - 94) <= 1)
  }

  @Test func `white is not blinding in HDR`() {
    var color = ColorDescription.bt709
    color.transfer = 16
    var frame = Frame(width: 16, height: 16, color: color)
    PlacedOverlay(overlay(16, 16, [255, 255, 255, 255]), x: 0, y: 0, color: color)
      .draw(on: &frame)
    #expect(frame.samples[0] == 143)
    #expect(frame.samples[frame.firstChromaRange.lowerBound] == 128)
  }
}
