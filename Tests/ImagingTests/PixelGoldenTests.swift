import Compute
import Imaging
import TestSupport
import Testing

/// What OpenCV 4 and Pillow make of the same bytes.
@Suite("Whole-number picture functions")
struct PixelGoldenTests {
  let golden: Golden

  init() throws { golden = try Golden("pixels.safetensors", in: .module) }

  /// A picture of the fixture, [height, width] or [height, width, channels].
  func picture(_ key: String) throws -> BytePicture {
    let tensor = try golden[key]
    return BytePicture(
      width: tensor.shape[1], height: tensor.shape[0],
      channels: tensor.shape.count == 3 ? tensor.shape[2] : 1,
      samples: tensor.values.map { UInt8($0) })
  }

  @Test(
    "resizing equals the libraries' to the bit", arguments: Resampler.allCases,
    [(16, 16), (50, 61), (12, 37)])
  func resizing(resampler: Resampler, size: (Int, Int)) throws {
    let result = try picture("picture").resized(width: size.0, height: size.1, resampler)
    #expect(result == (try picture("\(resampler.rawValue)/\(size.0)x\(size.1)")))
  }

  @Test("halving both sides takes means, as OpenCV's bilinear filter does")
  func halving() throws {
    let result = try picture("mask").resized(width: 22, height: 20, .openCVBilinear)
    #expect(result == (try picture("openCVBilinear/22x20")))
  }

  @Test("the same size gives the same bytes", arguments: Resampler.allCases)
  func same(resampler: Resampler) throws {
    let picture = try picture("picture")
    #expect(try picture.resized(width: 29, height: 37, resampler) == picture)
  }

  @Test("tiny pictures can be resized and blurred", arguments: Resampler.allCases)
  func tiny(resampler: Resampler) throws {
    let dot = BytePicture(width: 1, height: 1, channels: 3, samples: [7, 80, 255])
    let large = try dot.resized(width: 5, height: 3, resampler)
    #expect(
      large
        == BytePicture(
          width: 5, height: 3, channels: 3, samples: (0..<45).map { dot.samples[$0 % 3] }))
    #expect(try large.resized(width: 1, height: 1, resampler) == dot)
    let mask = BytePicture(width: 2, height: 1, channels: 1, value: 200)
    #expect(try mask.blurred(kernelSize: 45) == mask)
  }

  @Test("blurring equals OpenCV's to the bit", arguments: [3, 9, 11, 23, 45])
  func blur(size: Int) throws {
    #expect(try picture("mask").blurred(kernelSize: size) == (try picture("blur/\(size)")))
  }

  @Test(
    "masks widen and narrow as OpenCV's",
    arguments: [
      ("35x3", StructuringElement(firstRow: -1, reach: [0, 17, 0])),
      ("5x5", StructuringElement(firstRow: -2, reach: [0, 2, 2, 2, 0])),
    ])
  func morphology(name: String, element: StructuringElement) throws {
    let mask = try picture("mask")
    #expect(try mask.dilated(element) == (try picture("dilated/\(name)")))
    #expect(try mask.eroded(element) == (try picture("eroded/\(name)")))
  }

  @Test("warping equals OpenCV's to the bit")
  func warp() throws {
    let toResult = Similarity(a: 0.7, b: -0.1, shiftX: 3.3, shiftY: 6.2)
    let result = try picture("picture").warped(toResult.inverse, width: 24, height: 32)
    #expect(result == (try picture("warped")))
  }

  @Test("pasting through a mask, and cropping beyond the edges, equal Pillow's")
  func paste() throws {
    var result = try picture("picture")
    let box = PixelBox(left: -4, top: 9, right: 40, bottom: 20)
    #expect(result.cropped(to: box) == (try picture("cropped")))
    result.paste(try picture("over"), mask: try picture("soft"), left: -5, top: 25)
    #expect(result == (try picture("pasted")))
  }

  @Test("beyond the edges, the edge can be repeated instead")
  func repeated() {
    let picture = BytePicture(width: 2, height: 2, channels: 1, samples: [1, 2, 3, 4])
    let box = PixelBox(left: -2, top: 1, right: 4, bottom: 4)
    let row: [UInt8] = [3, 3, 3, 4, 4, 4]
    #expect(picture.cropped(to: box, surroundings: .repeated).samples == row + row + row)
    #expect(picture.darker(picture.inverted).samples == [1, 2, 3, 4])
    #expect(picture.scaled(by: 0.5).samples == [1, 1, 2, 2])
  }
}
