import Compute

extension OperatorFamily {
  static let fusedProducts = [epilogues, enlarged, gates, chains]

  /// A convolution or linear layer, then additions and activations in any order.
  static let epilogues = OperatorFamily("epilogues") { choices in
    let isPicture = choices.once(in: 2)
    let shape = isPicture ? choices.picture(channels: choices.size(upTo: 40)) : choices.tokens()
    let outputs = choices.size(upTo: 70)
    let weight = choices.weight([outputs, shape[isPicture ? 1 : 2]] + (isPicture ? [1, 1] : []))
    let bias = choices.optionalWeight(outputs)
    let result =
      isPicture ? [shape[0], outputs, shape[2], shape[3]] : [shape[0], shape[1], outputs]
    let channel = choices.weight(isPicture ? [1, outputs, 1, 1] : [outputs])
    let steps = (0..<choices.integer(1...4)).map { _ in choices.integer(0...5) }
    return OperatorCase("\(outputs) outputs, \(steps)", shape, result) { inputs in
      var y =
        isPicture
        ? inputs[0].conv2d(weight: weight, bias: bias)
        : inputs[0].linear(weight: weight, bias: bias)
      for step in steps {
        switch step {
        case 0: y = y.activation(.silu)
        case 1: y = y.activation(.relu)
        case 2: y = y + inputs[1]
        case 3: y = inputs[1] + y
        case 4: y = y + y.constant(channel)
        default: y = y.constant(channel) - y
        }
      }
      return y
    }
  }

  /// Nearest upsampling, then a convolution of any kind.
  static let enlarged = OperatorFamily("enlarged convolution", isExact: true) { choices in
    let shape = choices.picture(channels: choices.size(upTo: 40))
    let (factor, kernel) = (choices.integer(1...3), choices.pick([1, 2, 3, 5]))
    let (stride, padding) = (choices.integer(1...2), Padding(kernel / 2 + choices.integer(0...1)))
    let outputs = choices.size(upTo: 31)
    let weight = choices.weight([outputs, shape[1], kernel, kernel])
    return OperatorCase("\(outputs) of \(kernel), stride \(stride), by \(factor)", shape) {
      $0[0].upsampleNearest(factor: factor).conv2d(
        weight: weight, stride: stride, padding: padding)
    }
  }

  /// One half times an activation of the other: with halves that are one operation and with others that are not.
  static let gates = OperatorFamily("gates") { choices in
    let half = choices.size(upTo: 70)
    let shape = choices.tokens(width: 2 * half)
    let start = choices.once(in: 4) ? half / 2 : half
    let (kind, isFirst) = (choices.pick(Activation.allCases), choices.once(in: 3))
    let weight = choices.weight([choices.size(upTo: 20), half])
    return OperatorCase("\(kind.rawValue), from \(start)", shape) {
      let parts = [$0[0].slice(axis: 2, 0..<half), $0[0].slice(axis: 2, start..<(start + half))]
      let gated = parts[isFirst ? 1 : 0] * parts[isFirst ? 0 : 1].activation(kind)
      return gated.linear(weight: weight)
    }
  }

  /// Many operators on one picture, with values that are read again later.
  static let chains = OperatorFamily("chains", bf16Tolerance: 6e-2) { choices in
    let channels = 8 * choices.integer(1...6)
    let shape = choices.picture(channels: channels)
    let weights = (0..<4).map { _ in choices.weight([channels, channels, 3, 3]) }
    let linear = choices.weight([channels, channels])
    let steps = (0..<choices.integer(2...8)).map { _ in choices.integer(0...9) }
    return OperatorCase("\(steps)", shape) { inputs in
      var values = [inputs[0]]
      for (index, step) in steps.enumerated() {
        let (x, early) = (values.last!, values[index / 2])
        switch step {
        case 0, 1: values.append(x.conv2d(weight: weights[index % 4], padding: Padding(1)))
        case 2: values.append(x.groupNorm(groups: 4, epsilon: 1e-5).activation(.silu))
        case 3: values.append(x + early)
        case 4: values.append(x.affine(scale: 0.5).activation(.gelu))
        case 5:
          let tokens = x.tokens().layerNorm().linear(weight: linear)
          values.append(tokens.spatial(height: shape[2], width: shape[3]))
        case 6:
          let parts = [
            x.slice(axis: 1, 0..<(channels / 2)), early.slice(axis: 1, 0..<(channels / 2)),
          ]
          values.append(Tensor.concatenate(parts, axis: 1))
        case 7: values.append(x.clamp(to: -2...2) * early)
        case 8:
          let tokens = x.tokens()
          let mixed = tokens.attention(key: tokens, value: early.tokens(), heads: 2)
          values.append(mixed.spatial(height: shape[2], width: shape[3]))
        default:
          values.append(
            early.conv2d(weight: weights[index % 4], padding: Padding(1)).activation(.relu) + x)
        }
      }
      return values.last!
    }
  }
}
