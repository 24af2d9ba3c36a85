import Compute

/// Networks of the kinds that the product runs, with random weights, for tests of whole plans.
struct TestNetwork {
  private var seed: UInt64 = 100

  private mutating func weight(_ shape: [Int], gain: Float = 1) -> Constant {
    seed += 1
    let depth = shape.count > 1 ? shape.dropFirst().reduce(1, *) : 100
    return Constant(noise(shape, seed: seed, scale: gain / Float(depth).squareRoot()))
  }

  private mutating func conv(
    _ x: Tensor, _ outputs: Int, kernel: Int = 3, stride: Int = 1
  ) -> Tensor {
    x.conv2d(
      weight: weight([outputs, x.shape[1], kernel, kernel]), bias: weight([outputs]),
      stride: stride, padding: Padding(kernel / 2))
  }

  private mutating func linear(_ x: Tensor, _ outputs: Int, bias: Bool = true) -> Tensor {
    x.linear(
      weight: weight([outputs, x.shape.last!]), bias: bias ? weight([outputs]) : nil)
  }

  private mutating func residualBlock(_ x: Tensor, _ outputs: Int, groups: Int) -> Tensor {
    let shape = [1, outputs, 1, 1]
    var y = x.groupNorm(groups: groups, epsilon: 1e-5).activation(.silu)
    y = conv(y, outputs) + x.constant(weight(shape))
    y = conv(y.groupNorm(groups: groups, epsilon: 1e-5).activation(.silu), outputs)
    return (x.shape[1] == outputs ? x : conv(x, outputs, kernel: 1)) + y
  }

  private mutating func attend(_ x: Tensor, _ context: Tensor, heads: Int) -> Tensor {
    let width = x.shape[2]
    let query = linear(x, width, bias: false)
    let (key, value) = (linear(context, width, bias: false), linear(context, width, bias: false))
    return linear(query.attention(key: key, value: value, heads: heads), width)
  }

  private mutating func transformer(_ x: Tensor, _ context: Tensor, groups: Int) -> Tensor {
    let width = x.shape[1]
    var y = conv(x.groupNorm(groups: groups, epsilon: 1e-6), width, kernel: 1).tokens()
    let normalized = y.layerNorm()
    y = attend(normalized, normalized, heads: 4) + y
    y = attend(y.layerNorm(), context, heads: 4) + y
    let hidden = linear(y.layerNorm(), 8 * width)
    let gate = hidden.slice(axis: 2, 4 * width..<8 * width).activation(.gelu)
    y = linear(hidden.slice(axis: 2, 0..<4 * width) * gate, width) + y
    return conv(y.spatial(height: x.shape[2], width: x.shape[3]), width, kernel: 1) + x
  }

  /// A conditioned UNet of four levels, attention on the third and in the middle.
  mutating func unet(
    _ x: Tensor, _ context: Tensor, widths: [Int], outputs: Int, groups: Int
  ) -> Tensor {
    var y = conv(x, widths[0])
    var skips = [y]
    for (level, width) in widths.enumerated() {
      y = residualBlock(y, width, groups: groups)
      if level == 2 { y = transformer(y, context, groups: groups) }
      skips.append(y)
      if level < 3 {
        y = conv(y, width, stride: 2)
        skips.append(y)
      }
    }
    y = residualBlock(y, widths[3], groups: groups)
    y = transformer(y, context, groups: groups)
    y = residualBlock(y, widths[3], groups: groups)
    for (level, width) in widths.enumerated().reversed() {
      for _ in 0..<2 {
        y = residualBlock(.concatenate([y, skips.removeLast()], axis: 1), width, groups: groups)
        if level == 2 { y = transformer(y, context, groups: groups) }
      }
      if level > 0 { y = conv(y.upsampleNearest(), width) }
    }
    return conv(y.groupNorm(groups: groups, epsilon: 1e-5).activation(.silu), outputs)
  }

  /// A Whisper encoder: mel [N, 80, L] -> [N, L / 2, width].
  mutating func audioEncoder(_ mel: Tensor, width: Int, layers: Int, heads: Int) -> Tensor {
    let sides = Padding(top: 0, left: 1, bottom: 0, right: 1)
    var y = mel.reshape([mel.shape[0], mel.shape[1], 1, mel.shape[2]])
    for stride in 1...2 {
      y = y.conv2d(
        weight: weight([width, y.shape[1], 1, 3]), bias: weight([width]), stride: stride,
        padding: sides
      ).activation(.gelu)
    }
    var tokens = y.tokens() + y.constant(weight([mel.shape[2] / 2, width]))
    for _ in 0..<layers {
      let normalized = tokens.layerNorm()
      tokens = attend(normalized, normalized, heads: heads) + tokens
      let hidden = linear(tokens.layerNorm(), 4 * width).activation(.gelu)
      tokens = linear(hidden, width) + tokens
    }
    return tokens.layerNorm()
  }

  /// mini's painter: pixels folded into channels, the UNet, and the resampling of what it predicts.
  static func painter(widths: [Int], size: Int, batch: Int = 1) -> Plan {
    let recorder = PlanRecorder(name: "painter")
    let crop = recorder.input("crop", [batch, 3, size, size])
    let tokens = recorder.input("tokens", [batch, 8, 2 * widths[0]])
    var network = TestNetwork()
    let y = network.unet(
      crop.pixelUnshuffle(factor: 8), tokens, widths: widths, outputs: 264, groups: 16)
    let flow = y.slice(axis: 1, 0..<8).pixelShuffle(factor: 2).activation(.tanh)
    recorder.output(
      "flow", flow.affine(scale: 0.35).resizeBilinear(height: size, width: size))
    recorder.output("mask", y.slice(axis: 1, 8..<72).pixelShuffle(factor: 8).activation(.sigmoid))
    recorder.output("inner", y.slice(axis: 1, 72..<264).pixelShuffle(factor: 8))
    return recorder.finish()
  }

  /// An audio encoder over windows of `frames` mel frames.
  static func encoder(width: Int, layers: Int, heads: Int, frames: Int) -> Plan {
    let recorder = PlanRecorder(name: "audio encoder")
    var network = TestNetwork()
    let hidden = network.audioEncoder(
      recorder.input("mel", [1, 80, frames]), width: width, layers: layers, heads: heads)
    recorder.output("hidden", hidden)
    return recorder.finish()
  }
}

extension CompiledPlan {
  /// Inputs of the plan's shapes with reproducible numbers.
  func noiseInputs() -> [HostTensor] {
    signature.inputs.enumerated().map { noise($1.shape, seed: UInt64($0 + 1)) }
  }

  /// The outputs for `inputs`, in the order of the signature.
  func outputs(for inputs: [HostTensor]) throws -> [HostTensor] {
    var outputs = signature.makeOutputs()
    try run(inputs, into: &outputs)
    return outputs
  }
}
