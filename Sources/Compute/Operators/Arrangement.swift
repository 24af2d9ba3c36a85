extension Tensor {
  /// Tensors one after another along `axis`; the other sizes are equal.
  public static func concatenate(_ tensors: [Tensor], axis: Int) -> Tensor {
    precondition(!tensors.isEmpty, "concatenate: at least one tensor")
    let first = tensors[0]
    let axis = first.resolve(axis: axis)
    var shape = first.shape
    shape[axis] = 0
    for tensor in tensors {
      precondition(
        tensor.rank == first.rank && tensor.shape.equals(first.shape, except: axis),
        "concatenate: \(tensor.shape) with \(first.shape) along axis \(axis)")
      shape[axis] += tensor.shape[axis]
    }
    return first.record(
      .concatenate(axis: axis), with: Array(tensors.dropFirst()), shape: shape)
  }

  /// The elements of `range` along `axis`.
  public func slice(axis: Int, _ range: Range<Int>) -> Tensor {
    let axis = resolve(axis: axis)
    precondition(
      range.lowerBound >= 0 && range.upperBound <= shape[axis] && !range.isEmpty,
      "slice: \(range) of axis \(axis) of \(shape)")
    var result = shape
    result[axis] = range.count
    return record(.slice(axis: axis, start: range.lowerBound), shape: result)
  }

  /// The same elements, in row-major order, with another shape.
  public func reshape(_ shape: [Int]) -> Tensor {
    precondition(
      shape.elementCount == self.shape.elementCount, "reshape: \(self.shape) into \(shape)")
    return record(.reshape, shape: shape)
  }

  /// The axes in another order: axis i of the result is axis `order[i]` of self.
  public func permute(_ order: [Int]) -> Tensor {
    precondition(order.sorted() == Array(shape.indices), "permute: \(order) of \(shape)")
    return record(.permute(order), shape: order.map { shape[$0] })
  }

  /// A picture's pixels as a sequence: [N, C, H, W] -> [N, H * W, C].
  public func tokens() -> Tensor {
    precondition(rank == 4, "tokens: a picture, not \(shape)")
    return record(.tokens, shape: [shape[0], shape[2] * shape[3], shape[1]])
  }

  /// A sequence as a picture's pixels: [N, H * W, C] -> [N, C, H, W].
  public func spatial(height: Int, width: Int) -> Tensor {
    precondition(
      rank == 3 && shape[1] == height * width, "spatial: \(shape) as \(height) x \(width)")
    return record(.spatial, shape: [shape[0], shape[2], height, width])
  }
}

extension [Int] {
  fileprivate func equals(_ other: [Int], except axis: Int) -> Bool {
    indices.allSatisfy { $0 == axis || self[$0] == other[$0] }
  }
}
