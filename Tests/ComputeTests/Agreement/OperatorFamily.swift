import Testing

@testable import Compute

/// Random cases of one operator, or of operators that are computed together.
struct OperatorFamily: Sendable, CustomTestStringConvertible {
  let name: String
  /// Whether images of a batch, the first axis of every input, do not see each other.
  let isBatched: Bool
  /// Whether small integers give exact results: sums of products, in direct form.
  let isExact: Bool
  /// Whether convolutions may be computed in squares, which what is not finite fills.
  let isInSquares: Bool
  /// How far bf16 may be from fp32, of the largest value.
  let bf16Tolerance: Float
  let make: @Sendable (inout Choices) -> OperatorCase
  var testDescription: String { name }

  init(
    _ name: String, isBatched: Bool = true, isExact: Bool = false,
    isInSquares: Bool = false, bf16Tolerance: Float = 3e-2,
    make: @escaping @Sendable (inout Choices) -> OperatorCase
  ) {
    self.name = name
    self.isBatched = isBatched
    self.isExact = isExact
    self.isInSquares = isInSquares
    self.bf16Tolerance = bf16Tolerance
    self.make = make
  }

  /// The case of number `seed`.
  func makeCase(
    _ seed: Int, numbers: Choices.Numbers = .normal, extent: Int = 4000
  ) -> OperatorCase {
    var choices = Choices(
      seed: UInt64(seed) &+ name.utf8.reduce(0) { $0 &* 31 &+ UInt64($1) }, numbers: numbers,
      extent: extent)
    var result = make(&choices)
    result.numbers = numbers
    result.testDescription = "\(name) \(seed): \(result.testDescription)"
    return result
  }

  static let all = products + fusedProducts + normalizations + elementwise + arrangements + pictures

  /// The family that tests an operator: a new operator does not compile without one.
  static func testing(_ kind: Operator) -> OperatorFamily {
    switch kind {
    case .convolution: convolution
    case .linear: linear
    case .matmul: matmul
    case .attention: attention
    case .groupNorm: groupNorm
    case .layerNorm: layerNorm
    case .softmax: softmax
    case .length: length
    case .activation: activation
    case .arithmetic: arithmetic
    case .affine: affine
    case .clamp: clamp
    case .concatenate: concatenate
    case .slice: slice
    case .reshape: reshape
    case .permute: permute
    case .tokens: tokens
    case .spatial: spatial
    case .upsampleNearest: upsampleNearest
    case .resizeBilinear: resizeBilinear
    case .pixelShuffle: pixelShuffle
    case .pixelUnshuffle: pixelUnshuffle
    case .pool: pool
    case .globalAveragePool: globalAveragePool
    case .gridSample: gridSample
    }
  }
}
