import Glibc

extension Activation {
  /// The plain definition.
  var function: @Sendable (Float) -> Float {
    switch self {
    case .silu: { $0 / (1 + exp(-$0)) }
    case .gelu: { 0.5 * $0 * (1 + erf($0 / Float(2).squareRoot())) }
    case .relu: { max($0, 0) }
    case .sigmoid: { 1 / (1 + exp(-$0)) }
    case .tanh: { Glibc.tanh($0) }
    case .hardSigmoid: { min(max($0 / 6 + 0.5, 0), 1) }
    }
  }
}

extension Arithmetic {
  /// The plain definition.
  var function: @Sendable (Float, Float) -> Float {
    switch self {
    case .add: { $0 + $1 }
    case .subtract: { $0 - $1 }
    case .multiply: { $0 * $1 }
    case .divide: { $0 / $1 }
    case .maximum: { $1 > $0 || $1.isNaN ? $1 : $0 }
    }
  }
}

extension Reference {
  static func map(_ x: HostTensor, _ function: (Float) -> Float) -> HostTensor {
    generate(x.shape) { function(x.values[$0]) }
  }

  static func broadcast(
    _ a: HostTensor, _ b: HostTensor, shape: [Int], _ function: (Float, Float) -> Float
  ) -> HostTensor {
    if a.shape == b.shape { return generate(shape) { function(a.values[$0], b.values[$0]) } }
    let positionInA = broadcastPositions(of: a.shape, in: shape)
    let positionInB = broadcastPositions(of: b.shape, in: shape)
    return generate(shape) { function(a.values[positionInA($0)], b.values[positionInB($0)]) }
  }

  /// Maps a position in a tensor of shape `result` to the one that it reads in a tensor of `shape`.
  private static func broadcastPositions(
    of shape: [Int], in result: [Int]
  ) -> (Int) -> Int {
    let padded = shape.leftPadded(to: result.count)
    let strides = zip(padded, padded.rowMajorStrides).map { $0 == 1 ? 0 : $1 }
    return { position in
      var (rest, source) = (position, 0)
      for axis in result.indices.reversed() {
        source += rest % result[axis] * strides[axis]
        rest /= result[axis]
      }
      return source
    }
  }

  static func softmax(_ x: HostTensor, axis: Int) -> HostTensor {
    let (count, inner) = (x.shape[axis], x.shape.rowMajorStrides[axis])
    var result = x
    for line in 0..<(x.values.count / count) {
      let start = line / inner * inner * count + line % inner
      let positions = stride(from: start, to: start + count * inner, by: inner)
      let greatest = positions.reduce(-Float.infinity) { max($0, x.values[$1]) }
      var sum: Float = 0
      for position in positions {
        result.values[position] = exp(x.values[position] - greatest)
        sum += result.values[position]
      }
      for position in positions { result.values[position] /= sum }
    }
    return result
  }

  static func length(_ x: HostTensor, shape: [Int]) -> HostTensor {
    let axis = x.shape.count == 4 ? 1 : x.shape.count - 1
    let (count, inner) = (x.shape[axis], x.shape.rowMajorStrides[axis])
    return generate(shape) { line in
      let start = line / inner * inner * count + line % inner
      let squares = stride(from: start, to: start + count * inner, by: inner).reduce(0.0) {
        $0 + Double(x.values[$1]) * Double(x.values[$1])
      }
      return Float(squares.squareRoot())
    }
  }

  static func groupNorm(
    _ x: HostTensor, _ weight: HostTensor, _ bias: HostTensor, groups: Int, epsilon: Float
  ) -> HostTensor {
    let pixels = x.shape[2] * x.shape[3]
    let run = x.shape[1] / groups * pixels
    return normalize(x, run: run, epsilon: epsilon) { position, value in
      let channel = position / pixels % x.shape[1]
      return value * weight.values[channel] + bias.values[channel]
    }
  }

  static func layerNorm(
    _ x: HostTensor, _ weight: HostTensor, _ bias: HostTensor, epsilon: Float
  ) -> HostTensor {
    let run = x.shape.last!
    return normalize(x, run: run, epsilon: epsilon) { position, value in
      value * weight.values[position % run] + bias.values[position % run]
    }
  }

  /// Brings each run of neighbours to mean 0 and variance 1, then applies `finish` to position and value.
  private static func normalize(
    _ x: HostTensor, run: Int, epsilon: Float, finish: (Int, Float) -> Float
  ) -> HostTensor {
    var result = x
    for start in stride(from: 0, to: x.values.count, by: run) {
      let values = x.values[start..<(start + run)]
      let mean = values.reduce(0.0) { $0 + Double($1) } / Double(run)
      let variance = values.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
      let scale = 1 / (variance / Double(run) + Double(epsilon)).squareRoot()
      for position in values.indices {
        result.values[position] = finish(
          position, Float((Double(x.values[position]) - mean) * scale))
      }
    }
    return result
  }
}
