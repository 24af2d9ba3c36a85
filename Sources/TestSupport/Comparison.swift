public import Compute

/// How far a tensor is from the one that it should equal.
///
/// Its description is what a failing test shows: shapes, the largest error and where it is, and two overall measures.
public struct Comparison: CustomStringConvertible, Sendable {
  /// Largest absolute difference.
  public let maximumError: Float
  /// Largest absolute difference, divided by the largest magnitude of the expected values.
  public let relativeMaximumError: Float
  /// Length of the difference, divided by the length of the expected values.
  public let relativeRootMeanSquareError: Float
  /// Position of the largest difference, one index an axis.
  public let worstPosition: [Int]
  public let description: String

  /// Compares `found` with `expected`; different shapes, or values that are not finite, are infinitely far.
  public init(_ found: HostTensor, _ expected: HostTensor) {
    self =
      if found.shape != expected.shape {
        Comparison(infinitely: "shape \(found.shape) instead of \(expected.shape)")
      } else if let index = found.values.firstIndex(where: { !$0.isFinite }) {
        Comparison(
          infinitely: "\(found.values[index]) at \(Self.position(index, in: found.shape))")
      } else {
        Comparison(finite: found, expected)
      }
  }

  private init(infinitely description: String) {
    maximumError = .infinity
    relativeMaximumError = .infinity
    relativeRootMeanSquareError = .infinity
    worstPosition = []
    self.description = description
  }

  private init(finite found: HostTensor, _ expected: HostTensor) {
    var (worst, maximum, difference, length) = (0, Float(0), 0.0, 0.0)
    for (index, (a, b)) in zip(found.values, expected.values).enumerated() {
      if abs(a - b) > maximum { (worst, maximum) = (index, abs(a - b)) }
      difference += Double(a - b) * Double(a - b)
      length += Double(b) * Double(b)
    }
    let largest = expected.values.reduce(Float(0)) { max($0, abs($1)) }
    maximumError = maximum
    relativeMaximumError = maximum == 0 ? 0 : maximum / largest
    relativeRootMeanSquareError = difference == 0 ? 0 : Float((difference / length).squareRoot())
    worstPosition = Self.position(worst, in: expected.shape)
    let values = found.values.isEmpty ? "" : "\(found.values[worst]) for \(expected.values[worst])"
    description =
      "relative maximum error \(relativeMaximumError), RMS \(relativeRootMeanSquareError); worst at "
      + "\(worstPosition) of \(expected.shape): \(values), largest value \(largest)"
  }

  private static func position(_ index: Int, in shape: [Int]) -> [Int] {
    var rest = index
    return shape.reversed().map { size in
      defer { rest /= max(size, 1) }
      return rest % max(size, 1)
    }.reversed()
  }
}
