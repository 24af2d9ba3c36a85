extension Reference {
  static func upsampleNearest(_ x: HostTensor, factor: Int, shape: [Int]) -> HostTensor {
    generate(shape) { position in
      let (plane, row, column) = pixel(position, in: shape)
      return x.values[(plane * x.shape[2] + row / factor) * x.shape[3] + column / factor]
    }
  }

  static func resizeBilinear(_ x: HostTensor, alignCorners: Bool, shape: [Int]) -> HostTensor {
    let rows = interpolation(from: x.shape[2], to: shape[2], alignCorners: alignCorners)
    let columns = interpolation(from: x.shape[3], to: shape[3], alignCorners: alignCorners)
    return generate(shape) { position in
      let (plane, row, column) = pixel(position, in: shape)
      return bilinear(x, plane: plane, y: rows[row], x: columns[column])
    }
  }

  /// Two neighbours and the second one's share.
  typealias Neighbors = (first: Int, second: Int, share: Float)

  /// The neighbours that each of `target` positions mixes, out of `source`.
  static func interpolation(from source: Int, to target: Int, alignCorners: Bool) -> [Neighbors] {
    (0..<target).map { index in
      if alignCorners {
        let step = target > 1 ? Float(source - 1) / Float(target - 1) : 0
        return neighbors(of: Float(index) * step, count: source)
      }
      let position = (Float(index) + 0.5) * Float(source) / Float(target) - 0.5
      return neighbors(of: position, count: source)
    }
  }

  /// The neighbours of a position among pixels 0 ..< count, held at the ends.
  static func neighbors(of position: Float, count: Int) -> Neighbors {
    let held = min(max(position, 0), Float(count - 1))
    let first = Int(held)
    return (first, min(first + 1, count - 1), held - Float(first))
  }

  private static func bilinear(
    _ picture: HostTensor, plane: Int, y: Neighbors, x: Neighbors
  ) -> Float {
    let width = picture.shape[3]
    let (top, bottom) = (plane * picture.shape[2] + y.first, plane * picture.shape[2] + y.second)
    func mix(_ row: Int) -> Float {
      let (left, right) = (
        picture.values[row * width + x.first], picture.values[row * width + x.second]
      )
      return left + (right - left) * x.share
    }
    return mix(top) + (mix(bottom) - mix(top)) * y.share
  }

  static func gridSample(
    _ x: HostTensor, _ grid: HostTensor, alignCorners: Bool, shape: [Int]
  ) -> HostTensor {
    let pixels = shape[2] * shape[3]
    func place(_ coordinate: Float, count: Int) -> Neighbors {
      let unit = (coordinate + 1) / 2
      let position = alignCorners ? unit * Float(count - 1) : unit * Float(count) - 0.5
      return neighbors(of: position.isNaN ? 0 : position, count: count)
    }
    return generate(shape) { position in
      let (plane, _, _) = pixel(position, in: shape)
      let start = plane / shape[1] * 2 * pixels + position % pixels
      return bilinear(
        x, plane: plane, y: place(grid.values[start + pixels], count: x.shape[2]),
        x: place(grid.values[start], count: x.shape[3]))
    }
  }

  static func pool(_ x: HostTensor, _ geometry: PoolGeometry, shape: [Int]) -> HostTensor {
    let (height, width) = (x.shape[2], x.shape[3])
    let greatest = Arithmetic.maximum.function
    func window(_ index: Int, _ count: Int) -> Range<Int> {
      let start = index * geometry.stride - geometry.padding
      return max(start, 0)..<min(start + geometry.kernel, count)
    }
    return generate(shape) { position in
      let (plane, row, column) = pixel(position, in: shape)
      var result: Float = geometry.kind == .maximum ? -.infinity : 0
      for y in window(row, height) {
        for x0 in window(column, width) {
          let value = x.values[(plane * height + y) * width + x0]
          result = geometry.kind == .maximum ? greatest(result, value) : result + value
        }
      }
      let area = Float(geometry.kernel * geometry.kernel)
      return geometry.kind == .maximum ? result : result / area
    }
  }

  static func globalAveragePool(_ x: HostTensor, shape: [Int]) -> HostTensor {
    let pixels = x.shape[2] * x.shape[3]
    return generate(shape) { plane in
      let values = x.values[(plane * pixels)..<((plane + 1) * pixels)]
      return Float(values.reduce(0.0) { $0 + Double($1) } / Double(pixels))
    }
  }
}
