extension WeightScope {
  /// The size of the tensor `name` along `axis`, from which a network learns its own sizes.
  ///
  /// The tensor is not taken by this. Throws `WeightsError.missing`, `.foreign`, or `.configuration` if it has no such axis or no
  /// elements.
  public func size(of name: String, axis: Int = 0) throws(WeightsError) -> Int {
    guard let shape = storedShape(name) else { throw missing(name) }
    guard shape.indices.contains(axis), shape.allSatisfy({ $0 > 0 }) else {
      throw .configuration(
        file: file, reason: "tensor \"\(key(name))\" of shape \(shape) tells no size")
    }
    return shape[axis]
  }

  /// How many tensors there are of those called `name(0)`, `name(1)` and so on, up to the first gap.
  public func count(of name: (Int) -> String) -> Int {
    (0...).prefix { contains(name($0)) }.count
  }
}
