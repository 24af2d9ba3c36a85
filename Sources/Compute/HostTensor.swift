/// A tensor's values in ordinary memory, row-major in the order of `shape` ([N, C, H, W] for pictures).
public struct HostTensor: Sendable, Equatable {
  public var shape: [Int]
  public var values: [Float]

  /// Wraps `values`, whose count must be the product of `shape`.
  public init(shape: [Int], values: [Float]) {
    precondition(
      values.count == shape.elementCount, "\(values.count) values do not fill shape \(shape)")
    self.shape = shape
    self.values = values
  }

  /// A tensor with one value everywhere.
  public init(shape: [Int], repeating value: Float = 0) {
    self.shape = shape
    values = Array(repeating: value, count: shape.elementCount)
  }
}

extension [Int] {
  /// The number of elements of a tensor with this shape.
  var elementCount: Int { reduce(1, *) }

  /// Elements between neighbours along each axis, in row-major order.
  var rowMajorStrides: [Int] {
    var strides = Array(repeating: 1, count: count)
    for axis in indices.dropLast().reversed() {
      strides[axis] = strides[axis + 1] * self[axis + 1]
    }
    return strides
  }
}
