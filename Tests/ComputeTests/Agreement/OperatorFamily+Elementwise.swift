import Compute

extension OperatorFamily {
  static let normalizations = [groupNorm, layerNorm, softmax, length]

  static let groupNorm = OperatorFamily("group norm") { choices in
    let groups = choices.pick([1, 2, 3, 4, 8, 16, 32])
    let shape = choices.picture(channels: groups * choices.size(upTo: 6))
    let (weight, bias) = (choices.optionalWeight(shape[1]), choices.optionalWeight(shape[1]))
    let shift = choices.pick([0, 0, 1, -30] as [Float])
    let activation = choices.pick([nil, nil, .silu, .relu, .gelu] as [Activation?])
    return OperatorCase("\(groups) groups, shift \(shift), \(activation?.rawValue ?? "")", shape) {
      let y = $0[0].affine(shift: shift).groupNorm(
        groups: groups, epsilon: 1e-5, weight: weight, bias: bias)
      return activation.map(y.activation) ?? y
    }
  }

  static let layerNorm = OperatorFamily("layer norm") { choices in
    let shape = choices.once(in: 3) ? Array(choices.tokens().dropFirst()) : choices.tokens()
    let width = shape.last!
    let (weight, bias) = (choices.optionalWeight(width), choices.optionalWeight(width))
    let shift = choices.pick([0, 0, 1] as [Float])
    return OperatorCase("shift \(shift)", shape) {
      $0[0].affine(shift: shift).layerNorm(epsilon: 1e-5, weight: weight, bias: bias)
    }
  }

  static let softmax = OperatorFamily("softmax", isBatched: false) { choices in
    let shape = choices.shape()
    let (axis, scale) = (choices.integer(0...(shape.count - 1)), choices.pick([1, 20] as [Float]))
    return OperatorCase("axis \(axis), scale \(scale)", shape) {
      $0[0].affine(scale: scale).softmax(axis: axis)
    }
  }

  static let length = OperatorFamily("length", isBatched: false) { choices in
    OperatorCase("", choices.shape()) { $0[0].length() }
  }

  static let elementwise = [activation, arithmetic, affine, clamp]

  static let activation = OperatorFamily("activation") { choices in
    let (kind, scale) = (choices.pick(Activation.allCases), choices.pick([1, 8, 100] as [Float]))
    return OperatorCase("\(kind.rawValue), scale \(scale)", choices.shape()) {
      $0[0].affine(scale: scale).activation(kind)
    }
  }

  /// Equal shapes, stretched axes on either side, and fewer axes on either side.
  static let arithmetic = OperatorFamily("arithmetic", isBatched: false) { choices in
    let shape = choices.shape()
    var (first, second) = (shape, shape)
    if choices.once(in: 2) {
      for axis in shape.indices {
        if choices.once(in: 3) { first[axis] = 1 } else if choices.once(in: 3) { second[axis] = 1 }
      }
    }
    if choices.once(in: 4) { second.removeFirst(choices.integer(0...(shape.count - 1))) }
    if choices.once(in: 2) { swap(&first, &second) }
    let kind = choices.integer(0...4)
    return OperatorCase("operation \(kind)", first, second) {
      switch kind {
      case 0: $0[0] + $0[1]
      case 1: $0[0] - $0[1]
      case 2: $0[0] * $0[1]
      case 3: $0[0] / $0[1].affine(scale: 0.3, shift: 3)
      default: $0[0].maximum($0[1])
      }
    }
  }

  static let affine = OperatorFamily("affine") { choices in
    let (scale, shift) = (
      choices.pick([1, 0, -2.5] as [Float]), choices.pick([0, 3.25] as [Float])
    )
    return OperatorCase("\(scale) x + \(shift)", choices.shape()) {
      $0[0].affine(scale: scale, shift: shift)
    }
  }

  static let clamp = OperatorFamily("clamp") { choices in
    let lower = choices.pick([-.infinity, -1, 0.25] as [Float])
    let upper = choices.pick([0.25, 1, .infinity] as [Float])
    return OperatorCase("\(lower)...\(upper)", choices.shape()) { $0[0].clamp(to: lower...upper) }
  }
}
