import Foundation

/// The values of `torch.randn` on the processor: MT19937's stream exactly, normals within 1e-6.
///
/// PyTorch fills tensors of 16 values and more in blocks of 16, drawing 24 bits a value, and smaller ones a value at a
/// time, drawing 53 bits; both are Box and Muller's transform (ATen's `DistributionTemplates.h`).
public struct ProcessorNormals: NormalGenerator {
  private static let block = 16
  private var twister: MersenneTwister
  /// The second value of a pair of which the first was asked for alone.
  private var pending: Double?

  public init(seed: UInt64) { twister = MersenneTwister(seed: seed) }

  public mutating func normals(_ count: Int) -> [Float] {
    if count < Self.block { return (0..<count).map { _ in Float(single()) } }
    var values = (0..<count).map { _ in uniform() }
    for start in stride(from: 0, through: count - Self.block, by: Self.block) {
      Self.transform(&values[start..<(start + Self.block)])
    }
    if count % Self.block != 0 {
      let start = count - Self.block
      for index in start..<count { values[index] = uniform() }
      Self.transform(&values[start...])
    }
    return values
  }

  /// In [0, 1), 24 bits.
  private mutating func uniform() -> Float {
    Float(twister.next() & 0xff_ffff) * 0x1p-24
  }

  private static func transform(_ values: inout ArraySlice<Float>) {
    let half = block / 2
    for index in values.startIndex..<(values.startIndex + half) {
      let radius = (-2 * log(1 - values[index])).squareRoot()
      let angle = 2 * Float.pi * values[index + half]
      values[index] = radius * cos(angle)
      values[index + half] = radius * sin(angle)
    }
  }

  private mutating func single() -> Double {
    if let value = pending {
      pending = nil
      return value
    }
    let (first, second) = (uniformDouble(), uniformDouble())
    let radius = (-2 * log1p(-second)).squareRoot()
    pending = radius * sin(2 * .pi * first)
    return radius * cos(2 * .pi * first)
  }

  /// In [0, 1), 53 bits.
  private mutating func uniformDouble() -> Double {
    let high = UInt64(twister.next())
    let bits = high << 32 | UInt64(twister.next())
    return Double(bits & ((1 << 53) - 1)) * 0x1p-53
  }
}
