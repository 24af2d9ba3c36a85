/// A function of one number.
public enum Activation: String, Sendable, Hashable, CaseIterable {
  /// x * sigmoid(x).
  case silu
  /// x * Phi(x) with the normal distribution's exact Phi.
  case gelu
  case relu
  case sigmoid
  case tanh
  /// clamp(x / 6 + 1/2, 0, 1).
  case hardSigmoid = "hard sigmoid"
}

/// An operation on two numbers.
enum Arithmetic: String, Sendable, Hashable, CaseIterable {
  case add
  case subtract
  case multiply
  case divide
  case maximum
}

extension Tensor {
  /// `activation` of each element.
  public func activation(_ activation: Activation) -> Tensor {
    record(.activation(activation), shape: shape)
  }

  /// Sum with broadcasting: sizes are compared from the last axis, and 1 stretches.
  public static func + (left: Tensor, right: Tensor) -> Tensor { left.combine(.add, right) }
  /// Difference with broadcasting.
  public static func - (left: Tensor, right: Tensor) -> Tensor { left.combine(.subtract, right) }
  /// Product with broadcasting.
  public static func * (left: Tensor, right: Tensor) -> Tensor { left.combine(.multiply, right) }

  /// Quotient with broadcasting.
  public static func / (left: Tensor, right: Tensor) -> Tensor { left.combine(.divide, right) }

  /// The greater of each two elements, with broadcasting.
  public func maximum(_ other: Tensor) -> Tensor { combine(.maximum, other) }

  /// Each element times `scale`, plus `shift`.
  public func affine(scale: Float = 1, shift: Float = 0) -> Tensor {
    record(.affine(scale: scale, shift: shift), shape: shape)
  }

  /// Each element, no lower than the range's lower bound and no higher than its upper bound.
  public func clamp(to range: ClosedRange<Float>) -> Tensor {
    record(.clamp(lower: range.lowerBound, upper: range.upperBound), shape: shape)
  }

  private func combine(_ operation: Arithmetic, _ other: Tensor) -> Tensor {
    record(
      .arithmetic(operation), with: [other],
      shape: broadcastShape(shape, other.shape, name: operation.rawValue))
  }
}

private func broadcastShape(_ a: [Int], _ b: [Int], name: String) -> [Int] {
  let rank = max(a.count, b.count)
  let (left, right) = (a.leftPadded(to: rank), b.leftPadded(to: rank))
  return zip(left, right).map { x, y in
    precondition(x == y || x == 1 || y == 1, "\(name): shapes \(a) and \(b) do not broadcast")
    return max(x, y)
  }
}

extension [Int] {
  /// The shape with ones in front, as broadcasting sees it.
  func leftPadded(to rank: Int) -> [Int] {
    Array(repeating: 1, count: rank - count) + self
  }
}
