import Compute

/// Reproducible choices of shapes, numbers and parameters for random cases.
struct Choices {
  /// Small integers that bf16 holds exactly, as do their products and sums in fp32.
  enum Numbers { case normal, integers }

  let numbers: Numbers
  /// Largest element count of a tensor that `size` and its kin aim at.
  let extent: Int
  private var state: UInt64

  init(seed: UInt64, numbers: Numbers = .normal, extent: Int = 4000) {
    self.numbers = numbers
    self.extent = extent
    state = seed &* 0xD134_2543_DE82_EF95 &+ 0x9E37_79B9
    _ = next()
  }

  /// SplitMix64.
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var bits = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return bits ^ (bits >> 31)
  }

  mutating func integer(_ range: ClosedRange<Int>) -> Int {
    range.lowerBound + Int(next() >> 1) % range.count
  }

  /// True once in `count` times.
  mutating func once(in count: Int) -> Bool { integer(1...count) == 1 }

  mutating func pick<Element>(_ elements: [Element]) -> Element {
    elements[integer(0...(elements.count - 1))]
  }

  /// A size of an axis: often 1, often next to the size of a vector or tile, never beyond `limit`.
  mutating func size(upTo limit: Int) -> Int {
    let notable = [
      1, 2, 3, 6, 7, 12, 13, 15, 16, 17, 31, 32, 33, 48, 63, 64, 65, 96, 127, 129, 257,
    ]
    switch integer(0...3) {
    case 0: return integer(1...min(limit, 9))
    case 1: return pick(notable.filter { $0 <= max(limit, 1) })
    default: return integer(1...max(1, pick([limit, limit / 2, limit / 4])))
    }
  }

  /// Images of a batch.
  mutating func batch() -> Int { pick([1, 1, 1, 2, 2, 3, 5, 8]) }

  /// The shape of a picture: few large axes or many small ones.
  mutating func picture(channels: Int? = nil) -> [Int] {
    let images = batch()
    let channels = channels ?? size(upTo: 150)
    let pixels = max(1, extent / (images * channels))
    let height = size(upTo: min(pixels, 90))
    return [images, channels, height, size(upTo: min(max(1, pixels / height), 90))]
  }

  /// The shape of tokens, [N, L, C].
  mutating func tokens(width: Int? = nil) -> [Int] {
    let images = batch()
    let width = width ?? size(upTo: 200)
    return [images, size(upTo: max(1, extent / (images * width))), width]
  }

  /// A shape of any rank from 1 to 5.
  mutating func shape() -> [Int] {
    var rest = extent
    return (0..<integer(1...5)).map { _ in
      let size = size(upTo: min(rest, 130))
      rest = max(1, rest / size)
      return size
    }
  }

  /// A weight, of a size that keeps results near 1.
  mutating func weight(_ shape: [Int]) -> Constant {
    if numbers == .integers { return Constant(integers(shape, seed: next(), step: 4, largest: 2)) }
    return ComputeTests.weight(shape, seed: next())
  }

  /// One number per channel, or nothing.
  mutating func optionalWeight(_ count: Int) -> Constant? { once(in: 2) ? weight([count]) : nil }
}

/// Reproducible multiples of `step`.
func integers(_ shape: [Int], seed: UInt64, step: Int = 1, largest: Int = 4) -> HostTensor {
  var choices = Choices(seed: seed)
  return HostTensor(
    shape: shape,
    values: (0..<shape.reduce(1, *)).map { _ in
      Float(choices.integer(-largest...largest) * step)
    })
}
