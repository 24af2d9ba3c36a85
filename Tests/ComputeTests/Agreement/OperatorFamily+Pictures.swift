import Compute

extension OperatorFamily {
  static let arrangements = [
    concatenate, slice, reshape, permute, tokens, spatial, pixelShuffle, pixelUnshuffle,
  ]

  static let concatenate = OperatorFamily("concatenate", isBatched: false) { choices in
    let shape = choices.shape()
    let axis = choices.integer(0...(shape.count - 1))
    let shapes = (0..<choices.integer(1...4)).map { _ in
      var part = shape
      part[axis] = choices.size(upTo: 20)
      return part
    }
    return OperatorCase("axis \(axis)", shapes: shapes) { .concatenate($0, axis: axis) }
  }

  static let slice = OperatorFamily("slice", isBatched: false) { choices in
    let shape = choices.shape()
    let axis = choices.integer(0...(shape.count - 1))
    let start = choices.integer(0...(shape[axis] - 1))
    let end = choices.integer((start + 1)...shape[axis])
    return OperatorCase("\(start) ..< \(end) of axis \(axis)", shape) {
      $0[0].slice(axis: axis, start..<end)
    }
  }

  static let reshape = OperatorFamily("reshape", isBatched: false) { choices in
    let factors = (0..<choices.integer(1...5)).map { _ in choices.size(upTo: 7) }
    func grouped() -> [Int] {
      var sizes: [Int] = [1]
      for factor in factors {
        if sizes.count < 5 && choices.once(in: 2) { sizes.append(1) }
        sizes[sizes.count - 1] *= factor
      }
      return sizes
    }
    let (from, to) = (grouped(), grouped())
    return OperatorCase("into \(to)", from) { $0[0].affine(shift: 1).reshape(to).affine(scale: 2) }
  }

  static let permute = OperatorFamily("permute", isBatched: false) { choices in
    let shape = choices.shape()
    var order = Array(shape.indices)
    for axis in order.indices { order.swapAt(axis, choices.integer(0...axis)) }
    return OperatorCase("\(order)", shape) { [order] in $0[0].permute(order) }
  }

  static let tokens = OperatorFamily("tokens") { choices in
    OperatorCase("", choices.picture()) { $0[0].affine(shift: 1).tokens().affine(scale: 2) }
  }

  static let spatial = OperatorFamily("spatial") { choices in
    let picture = choices.picture()
    let shape = [picture[0], picture[2] * picture[3], picture[1]]
    return OperatorCase("\(picture[2]) x \(picture[3])", shape) {
      $0[0].affine(shift: 1).spatial(height: picture[2], width: picture[3]).affine(scale: 2)
    }
  }

  static let pixelShuffle = OperatorFamily("pixel shuffle") { choices in
    let factor = choices.pick([1, 2, 2, 3, 4, 8])
    let shape = choices.picture(channels: factor * factor * choices.size(upTo: 5))
    return OperatorCase("by \(factor)", shape) { $0[0].pixelShuffle(factor: factor) }
  }

  static let pixelUnshuffle = OperatorFamily("pixel unshuffle") { choices in
    let factor = choices.pick([1, 2, 2, 3, 4, 8])
    var shape = choices.picture(channels: choices.size(upTo: 9))
    shape[2] *= factor
    shape[3] *= factor
    return OperatorCase("by \(factor)", shape) { $0[0].pixelUnshuffle(factor: factor) }
  }

  static let pictures = [upsampleNearest, resizeBilinear, pool, globalAveragePool, gridSample]

  static let upsampleNearest = OperatorFamily("upsample nearest") { choices in
    let factor = choices.integer(1...4)
    return OperatorCase("by \(factor)", choices.picture()) {
      $0[0].upsampleNearest(factor: factor)
    }
  }

  static let resizeBilinear = OperatorFamily("resize bilinear") { choices in
    let (height, width) = (choices.size(upTo: 40), choices.size(upTo: 40))
    let alignCorners = choices.once(in: 2)
    let name = "to \(height) x \(width)\(alignCorners ? ", corners" : "")"
    return OperatorCase(name, choices.picture(channels: choices.size(upTo: 40))) {
      $0[0].resizeBilinear(height: height, width: width, alignCorners: alignCorners)
    }
  }

  static let pool = OperatorFamily("pool") { choices in
    let shape = choices.picture()
    let kernel = min(choices.integer(1...5), shape[2], shape[3])
    let (stride, padding) = (choices.integer(1...3), choices.integer(0...(kernel / 2)))
    let isMaximum = choices.once(in: 2)
    let name =
      "\(isMaximum ? "maximum" : "average") of \(kernel), stride \(stride), padding \(padding)"
    return OperatorCase(name, shape) {
      isMaximum
        ? $0[0].maxPool(kernel: kernel, stride: stride, padding: padding)
        : $0[0].averagePool(kernel: kernel, stride: stride, padding: padding)
    }
  }

  static let globalAveragePool = OperatorFamily("global average pool") { choices in
    OperatorCase("", choices.picture()) { $0[0].globalAveragePool() }
  }

  /// Some places lie beyond the edge.
  static let gridSample = OperatorFamily("grid sample") { choices in
    let shape = choices.picture(channels: choices.size(upTo: 40))
    let grid = [shape[0], 2, choices.size(upTo: 12), choices.size(upTo: 12)]
    let alignCorners = choices.once(in: 2)
    return OperatorCase(alignCorners ? "corners" : "", shape, grid) {
      $0[0].gridSample($0[1], alignCorners: alignCorners)
    }
  }
}
