extension Reference {
  static func concatenate(_ inputs: [HostTensor], axis: Int, shape: [Int]) -> HostTensor {
    let outer = shape.prefix(axis).reduce(1, *)
    let inner = shape.dropFirst(axis + 1).reduce(1, *)
    var values: [Float] = []
    values.reserveCapacity(shape.elementCount)
    for block in 0..<outer {
      for input in inputs {
        let count = input.shape[axis] * inner
        values += input.values[(block * count)..<((block + 1) * count)]
      }
    }
    return HostTensor(shape: shape, values: values)
  }

  static func slice(_ x: HostTensor, axis: Int, start: Int, shape: [Int]) -> HostTensor {
    let inner = shape.dropFirst(axis + 1).reduce(1, *)
    let (kept, whole) = (shape[axis] * inner, x.shape[axis] * inner)
    return generate(shape) { x.values[$0 / kept * whole + start * inner + $0 % kept] }
  }

  static func permute(_ x: HostTensor, _ order: [Int], shape: [Int]) -> HostTensor {
    let strides = order.map { x.shape.rowMajorStrides[$0] }
    return generate(shape) { position in
      var (rest, source) = (position, 0)
      for axis in shape.indices.reversed() {
        source += rest % shape[axis] * strides[axis]
        rest /= shape[axis]
      }
      return x.values[source]
    }
  }

  static func pixelShuffle(_ x: HostTensor, factor: Int, shape: [Int]) -> HostTensor {
    let (height, width) = (x.shape[2], x.shape[3])
    return generate(shape) { position in
      let (plane, row, column) = pixel(position, in: shape)
      let channel = plane * factor * factor + row % factor * factor + column % factor
      return x.values[(channel * height + row / factor) * width + column / factor]
    }
  }

  static func pixelUnshuffle(_ x: HostTensor, factor: Int, shape: [Int]) -> HostTensor {
    let (height, width) = (x.shape[2], x.shape[3])
    return generate(shape) { position in
      let (channel, row, column) = pixel(position, in: shape)
      let (plane, offset) = (channel / (factor * factor), channel % (factor * factor))
      let (y, x0) = (row * factor + offset / factor, column * factor + offset % factor)
      return x.values[(plane * height + y) * width + x0]
    }
  }

  /// Row-major position -> (index of the [H, W] plane over batch and channels, row, column).
  static func pixel(_ position: Int, in shape: [Int]) -> (plane: Int, row: Int, column: Int) {
    (
      position / (shape[2] * shape[3]), position / shape[3] % shape[2], position % shape[3]
    )
  }
}
