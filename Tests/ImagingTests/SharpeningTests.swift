import Imaging
import MediaTypes
import Testing

@Suite struct SharpeningTests {
  private let region = PixelBox(left: 20, top: 10, right: 80, bottom: 50)

  /// A soft edge between two greys, with noise of `noise` steps.
  private func edge(noise: Int = 0, seed: UInt64 = 1) -> Frame {
    var frame = Frame(width: 100, height: 60)
    var state = seed
    for row in 0..<60 {
      for column in 0..<100 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let speck = noise == 0 ? 0 : Int(state >> 33) % (2 * noise + 1) - noise
        let ramp = min(max((column - 49) * 40, 0), 80)
        frame.samples[row * 100 + column] = UInt8(80 + ramp + speck)
      }
    }
    return frame
  }

  private func sharpened(
    _ frame: Frame, _ amount: Float, in box: PixelBox? = nil, weight: Float = 1
  ) -> Frame {
    let box = box ?? region
    return frame.sharpened(
      box, weights: [Float](repeating: weight, count: box.width * box.height),
      Sharpening(amount: amount, scale: 1))
  }

  private func steepest(_ frame: Frame) -> Int {
    (40..<60).map { Int(frame.samples[30 * 100 + $0 + 1]) - Int(frame.samples[30 * 100 + $0]) }
      .max() ?? 0
  }

  @Test func `edges become steeper, the more the more`() {
    let frame = edge()
    let steps = [0, 0.5, 1, 2].map { steepest(sharpened(frame, $0)) }
    #expect(steps == steps.sorted() && Set(steps).count == 4, "\(steps)")
  }

  @Test func `what is as faint as noise hardly grows, so that it does not flicker`() {
    // Two frames of one scene differ by their noise alone.
    func difference(_ amount: Float) -> Double {
      let frames = [UInt64(1), 2].map { sharpened(edge(noise: 1, seed: $0), amount) }
      let rows = region.top..<region.bottom
      let places = rows.flatMap { row in (region.left..<region.right).map { row * 100 + $0 } }
      let sum = places.reduce(0) {
        $0 + abs(Int(frames[0].samples[$1]) - Int(frames[1].samples[$1]))
      }
      return Double(sum) / Double(places.count)
    }
    let gain = Double(steepest(sharpened(edge(), 1))) / Double(steepest(edge()))
    #expect(gain >= 1.2)
    #expect(difference(1) < 1.2 * difference(0), "\(difference(1)) \(difference(0))")
  }

  @Test func `bytes outside the region, without weight and of colour stay`() {
    let frame = edge(noise: 3)
    let result = sharpened(frame, 2)
    for index in frame.samples.indices where frame.samples[index] != result.samples[index] {
      #expect(index < frame.lumaRange.upperBound)
      let (row, column) = (index / 100, index % 100)
      #expect((region.top..<region.bottom).contains(row))
      #expect((region.left..<region.right).contains(column))
    }
    #expect(result != frame)
    #expect(sharpened(frame, 2, weight: 0) == frame && sharpened(frame, 0) == frame)
  }

  @Test func `a pixel depends on its surroundings alone`() {
    let frame = edge(noise: 3)
    let part = PixelBox(left: 36, top: 16, right: 64, bottom: 34)
    let (whole, alone) = (sharpened(frame, 1), sharpened(frame, 1, in: part))
    for row in 20..<30 {
      for column in 40..<60 {
        #expect(whole.samples[row * 100 + column] == alone.samples[row * 100 + column])
      }
    }
  }

  @Test func `the picture's edge goes on, and boxes beyond it are left alone`() {
    let frame = edge(noise: 3)
    let all = PixelBox(left: 0, top: 0, right: 100, bottom: 60)
    #expect(sharpened(frame, 1, in: all) != frame)
    #expect(sharpened(frame, 1, in: PixelBox(left: 90, top: 0, right: 110, bottom: 9)) == frame)
  }

  @Test func `coverage is the mask in the window, and zero outside it`() {
    let mouth = PaintedMouth(
      flow: [Float](repeating: 0, count: 2 * 64 * 64),
      mask: (0..<(256 * 256)).map { $0 % 256 < 128 ? 1 : 0 },
      inner: [Float](repeating: 0, count: 3 * 256 * 256))
    let (box, weights) = mouth.coverage(
      width: 256, height: 256, cropToImage: .identity, strength: 0.5)
    func weight(_ x: Int, _ y: Int) -> Float {
      weights[(y - box.top) * box.width + x - box.left]
    }
    #expect(weights.count == box.width * box.height)
    #expect(weight(64, 180) == 0.5 && weight(190, 180) == 0)
    #expect(weights.allSatisfy { $0 >= 0 && $0 <= 0.5 })
  }
}
