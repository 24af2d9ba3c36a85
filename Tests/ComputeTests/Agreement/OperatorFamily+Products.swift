import Compute

extension OperatorFamily {
  static let products = [
    convolution, groupedConvolution, depthwise, transformed, linear, matmul, attention,
  ]

  /// Any window, stride, padding and dilation that fits the picture.
  private static func geometry(
    _ choices: inout Choices, _ shape: [Int]
  ) -> (kernel: [Int], stride: Int, padding: Padding, dilation: Int) {
    let (dilation, stride) = (choices.pick([1, 1, 1, 2, 3]), choices.pick([1, 1, 1, 2, 3]))
    var padding = Padding(0)
    if choices.once(in: 2) {
      padding = Padding(choices.integer(0...3))
    } else {
      padding = Padding(
        top: choices.integer(0...3), left: choices.integer(0...3), bottom: choices.integer(0...3),
        right: choices.integer(0...3))
    }
    let wanted = choices.pick([
      [1, 1], [1, 1], [3, 3], [3, 3], [2, 2], [5, 5], [1, 3], [3, 1], [4, 2], [7, 7],
    ])
    let padded = [shape[2] + padding.top + padding.bottom, shape[3] + padding.left + padding.right]
    let kernel = zip(wanted, padded).map { min($0, ($1 - 1) / dilation + 1) }
    return (kernel, stride, padding, dilation)
  }

  static let convolution = OperatorFamily("convolution", isExact: true) { choices in
    let shape = choices.picture(channels: choices.size(upTo: 70))
    let (kernel, stride, padding, dilation) = geometry(&choices, shape)
    let outputs = choices.size(upTo: 31)
    let weight = choices.weight([outputs, shape[1]] + kernel)
    let bias = choices.optionalWeight(outputs)
    return OperatorCase(
      "\(outputs) of \(kernel), stride \(stride), \(padding), dilation \(dilation)", shape
    ) {
      $0[0].conv2d(
        weight: weight, bias: bias, stride: stride, padding: padding, dilation: dilation)
    }
  }

  static let groupedConvolution = OperatorFamily("grouped convolution", isExact: true) { choices in
    let groups = choices.integer(2...6)
    let shape = choices.picture(channels: groups * choices.size(upTo: 20))
    let (kernel, stride, padding, dilation) = geometry(&choices, shape)
    let outputs = groups * choices.size(upTo: 40)
    let weight = choices.weight([outputs, shape[1] / groups] + kernel)
    let bias = choices.optionalWeight(outputs)
    return OperatorCase(
      "\(outputs) in \(groups) groups of \(kernel), stride \(stride), \(padding), dilation \(dilation)",
      shape
    ) {
      $0[0].conv2d(
        weight: weight, bias: bias, stride: stride, padding: padding, dilation: dilation,
        groups: groups)
    }
  }

  static let depthwise = OperatorFamily("depthwise convolution", isExact: true) { choices in
    let shape = choices.picture()
    let (kernel, stride, padding, dilation) = geometry(&choices, shape)
    let weight = choices.weight([shape[1], 1] + kernel)
    let bias = choices.optionalWeight(shape[1])
    return OperatorCase("\(kernel), stride \(stride), \(padding), dilation \(dilation)", shape) {
      $0[0].conv2d(
        weight: weight, bias: bias, stride: stride, padding: padding, dilation: dilation,
        groups: weight.shape[0])
    }
  }

  /// 3x3 with enough channels and pixels to be transformed, some of them read from a smaller picture.
  static let transformed = OperatorFamily("transformed convolution", isInSquares: true) { choices in
    let factor = choices.pick([1, 1, 1, 2, 2, 3])
    let shape = [
      choices.integer(1...3), choices.integer(32...50), choices.integer(8...30) / factor,
      choices.integer(8...30) / factor,
    ]
    let padding = choices.pick([
      Padding(1), Padding(1), Padding(0), Padding(top: 0, left: 2, bottom: 1, right: 0),
    ])
    let weight = choices.weight([choices.integer(32...80), shape[1], 3, 3])
    let bias = choices.optionalWeight(weight.shape[0])
    return OperatorCase("\(weight.shape[0]) outputs, \(padding), enlarged \(factor)", shape) {
      let x = factor == 1 ? $0[0] : $0[0].upsampleNearest(factor: factor)
      return x.conv2d(weight: weight, bias: bias, padding: padding)
    }
  }

  static let linear = OperatorFamily("linear", isExact: true) { choices in
    let shape = choices.once(in: 4) ? Array(choices.tokens().dropFirst()) : choices.tokens()
    let outputs = choices.size(upTo: 300)
    let weight = choices.weight([outputs, shape.last!])
    let bias = choices.optionalWeight(outputs)
    return OperatorCase("\(outputs) outputs", shape) {
      $0[0].linear(weight: weight, bias: bias)
    }
  }

  static let matmul = OperatorFamily("matmul", isExact: true) { choices in
    let batch = [choices.batch()]
    let (rows, depth, columns) = (
      choices.size(upTo: 40), choices.size(upTo: 60), choices.size(upTo: 140)
    )
    let transposed = choices.once(in: 2)
    return OperatorCase(
      transposed ? "transposed" : "", batch + [rows, depth],
      batch + (transposed ? [columns, depth] : [depth, columns])
    ) { $0[0].matmul($0[1], transposed: transposed) }
  }

  static let attention = OperatorFamily("attention") { choices in
    let (images, heads) = (choices.batch(), choices.pick([1, 1, 2, 3, 4, 5]))
    let length = choices.size(upTo: 140)
    let span = choices.once(in: 3) ? length : choices.size(upTo: 140)
    let (width, values) = (heads * choices.size(upTo: 33), heads * choices.size(upTo: 33))
    let scale = choices.pick([nil, nil, nil, 0.5, 0.1, -0.3] as [Float?])
    return OperatorCase(
      "\(heads) heads, scale \(scale.map { "\($0)" } ?? "usual")", [images, length, width],
      [images, span, width], [images, span, values]
    ) { $0[0].attention(key: $0[1], value: $0[2], heads: heads, scale: scale) }
  }
}
