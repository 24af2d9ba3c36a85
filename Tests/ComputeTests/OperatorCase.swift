@testable import Compute
import Testing

/// A small plan: shapes of inputs and what is done with them.
struct OperatorCase: Sendable, CustomTestStringConvertible {
  var testDescription: String
  let shapes: [[Int]]
  var numbers = Choices.Numbers.normal
  let body: @Sendable ([Tensor]) -> Tensor

  init(
    _ name: String, _ shapes: [Int]..., body: @escaping @Sendable ([Tensor]) -> Tensor
  ) {
    self.init(name, shapes: shapes, body: body)
  }

  init(_ name: String, shapes: [[Int]], body: @escaping @Sendable ([Tensor]) -> Tensor) {
    testDescription = "\(name) \(shapes)"
    self.shapes = shapes
    self.body = body
  }

  /// Inputs with reproducible numbers.
  var inputs: [HostTensor] {
    shapes.enumerated().map { index, shape in
      let seed = UInt64(index + 11 * shape.count + shape.last!)
      return numbers == .normal ? noise(shape, seed: seed) : integers(shape, seed: seed)
    }
  }

  /// The case as a plan with one output, "result".
  var plan: Plan {
    let recorder = PlanRecorder(name: "test")
    let symbols = shapes.enumerated().map { recorder.input("input_\($0)", $1) }
    recorder.output("result", body(symbols))
    return recorder.finish()
  }

  /// The result on `device`.
  func run(on device: any Device, precision: Precision = .fp32) throws -> HostTensor {
    try evaluate(inputs, on: device, precision: precision, body)
  }
}

/// A weight with reproducible numbers of about the size that keeps results near 1.
func weight(_ shape: [Int], seed: UInt64 = 5) -> Constant {
  let depth = shape.count > 1 ? shape.dropFirst().reduce(1, *) : 1
  return Constant(noise(shape, seed: seed, scale: 1 / Float(depth).squareRoot()))
}

let productCases: [OperatorCase] = [
  OperatorCase("3x3", [1, 64, 16, 16]) {
    $0[0].conv2d(weight: weight([96, 64, 3, 3]), bias: weight([96]), padding: Padding(1))
  },
  OperatorCase("3x3 odd sizes", [2, 5, 7, 9]) {
    $0[0].conv2d(weight: weight([11, 5, 3, 3]), bias: weight([11]), padding: Padding(1))
  },
  OperatorCase("3x3 stride 2", [3, 16, 9, 8]) {
    $0[0].conv2d(weight: weight([17, 16, 3, 3]), stride: 2, padding: Padding(1))
  },
  OperatorCase("3x3 stride 2, padded below and right", [1, 8, 8, 8]) {
    let padding = Padding(top: 0, left: 0, bottom: 1, right: 1)
    return $0[0].conv2d(weight: weight([8, 8, 3, 3]), stride: 2, padding: padding)
  },
  OperatorCase("dilation", [1, 3, 12, 12]) {
    $0[0].conv2d(weight: weight([4, 3, 3, 3]), padding: Padding(2), dilation: 2)
  },
  OperatorCase("groups", [2, 8, 6, 5]) {
    $0[0].conv2d(weight: weight([12, 2, 3, 3]), bias: weight([12]), padding: Padding(1), groups: 4)
  },
  OperatorCase("depthwise", [1, 6, 8, 8]) {
    $0[0].conv2d(weight: weight([6, 1, 3, 3]), padding: Padding(1), groups: 6)
  },
  OperatorCase("depthwise 5x5 with epilogue", [2, 37, 13, 11], [2, 37, 7, 6]) {
    let y = $0[0].conv2d(
      weight: weight([37, 1, 5, 5]), bias: weight([37]), stride: 2, padding: Padding(2), groups: 37)
    return y.activation(.silu) + $0[1]
  },
  OperatorCase("few outputs of many pixels", [1, 32, 40, 41]) {
    $0[0].conv2d(weight: weight([3, 32, 3, 3]), bias: weight([3]), padding: Padding(1))
  },
  OperatorCase("gated, into a product", [2, 9, 96]) {
    let gate = $0[0].slice(axis: 2, 48..<96).activation(.gelu)
    return ($0[0].slice(axis: 2, 0..<48) * gate).linear(weight: weight([20, 48]))
  },
  OperatorCase("gated the other way round", [2, 9, 96]) {
    let gate = $0[0].slice(axis: 2, 0..<48).activation(.silu)
    return $0[0].slice(axis: 2, 48..<96) * gate
  },
  OperatorCase("1x1", [2, 31, 6, 6]) {
    $0[0].conv2d(weight: weight([65, 31, 1, 1]), bias: weight([65]))
  },
  OperatorCase("1x1 stride 2", [1, 32, 7, 7]) {
    $0[0].conv2d(weight: weight([16, 32, 1, 1]), stride: 2)
  },
  OperatorCase("one pixel", [1, 1, 1, 1]) { $0[0].conv2d(weight: weight([1, 1, 1, 1])) },
  OperatorCase("large", [1, 48, 64, 64]) {
    $0[0].conv2d(weight: weight([130, 48, 3, 3]), bias: weight([130]), padding: Padding(1))
  },
  OperatorCase("one-dimensional", [1, 80, 1, 200]) {
    let padding = Padding(top: 0, left: 1, bottom: 0, right: 1)
    return $0[0].conv2d(weight: weight([48, 80, 1, 3]), stride: 2, padding: padding)
  },
  OperatorCase("epilogue: time embedding, SiLU, residual", [2, 16, 8, 8], [2, 24, 8, 8]) {
    let time = $0[0].constant(Constant(noise([1, 24, 1, 1], seed: 9)))
    let y = $0[0].conv2d(weight: weight([24, 16, 3, 3]), bias: weight([24]), padding: Padding(1))
    return (y + time).activation(.silu) + $0[1]
  },
  OperatorCase("epilogue: residual, ReLU", [1, 9, 5, 5], [1, 18, 5, 5]) {
    ($0[1] + $0[0].conv2d(weight: weight([18, 9, 1, 1]))).activation(.relu)
  },
  OperatorCase("upsampled", [2, 7, 5, 6]) {
    $0[0].upsampleNearest().conv2d(
      weight: weight([10, 7, 3, 3]), bias: weight([10]), padding: Padding(1))
  },
  OperatorCase("linear", [3, 50, 192]) {
    $0[0].linear(weight: weight([130, 192]), bias: weight([130]))
  },
  OperatorCase("linear, odd", [1, 7]) {
    $0[0].linear(weight: weight([256, 7]), bias: weight([256])).activation(.gelu)
  },
  OperatorCase("linear without bias, residual", [2, 3, 10], [2, 3, 10]) {
    $0[0].linear(weight: weight([10, 10])) + $0[1]
  },
  OperatorCase("rounded chain", [1, 32, 8, 8]) {
    let x = $0[0].groupNorm(groups: 8, epsilon: 1e-5).activation(.silu)
    let y = x.conv2d(weight: weight([32, 32, 3, 3]), padding: Padding(1)).activation(.silu)
    return y.conv2d(weight: weight([32, 32, 1, 1])) + $0[0]
  },
  OperatorCase("tokens and back", [2, 16, 4, 6]) {
    let tokens = $0[0].groupNorm(groups: 4, epsilon: 1e-6).tokens()
    let y = tokens.layerNorm().linear(weight: weight([16, 16]), bias: weight([16]))
    return y.spatial(height: 4, width: 6).conv2d(weight: weight([16, 16, 1, 1])) + $0[0]
  },
]

/// Convolutions 3x3 that are large enough to be transformed.
let transformedCases: [OperatorCase] = [
  OperatorCase("transformed, odd sizes, residual", [3, 37, 17, 19], [3, 70, 17, 19]) {
    let y = $0[0].conv2d(weight: weight([70, 37, 3, 3]), bias: weight([70]), padding: Padding(1))
    return (y.activation(.silu) + $0[1]).activation(.relu)
  },
  OperatorCase("transformed, uneven padding", [1, 32, 22, 24]) {
    let padding = Padding(top: 0, left: 2, bottom: 1, right: 0)
    return $0[0].conv2d(weight: weight([33, 32, 3, 3]), padding: padding)
  },
  OperatorCase("transformed, constant picture", [1, 64, 16, 16]) {
    $0[0].affine(scale: 0.01, shift: 3).conv2d(weight: weight([64, 64, 3, 3]), padding: Padding(1))
  },
  OperatorCase("transformed in many parts", [1, 96, 120, 132]) {
    $0[0].conv2d(weight: weight([130, 96, 3, 3]), bias: weight([130]), padding: Padding(1))
  },
  OperatorCase("upsampled, transformed", [2, 45, 5, 7], [2, 67, 10, 14]) {
    $0[1]
      + $0[0].upsampleNearest().conv2d(
        weight: weight([67, 45, 3, 3]), bias: weight([67]), padding: Padding(1))
  },
  OperatorCase("upsampled three times", [1, 32, 4, 5]) {
    $0[0].upsampleNearest(factor: 3).conv2d(weight: weight([32, 32, 3, 3]), padding: Padding(1))
  },
  OperatorCase("upsampled, unpadded", [1, 32, 9, 9]) {
    $0[0].upsampleNearest().conv2d(weight: weight([32, 32, 3, 3]))
  },
]

let attentionCases: [OperatorCase] = [
  OperatorCase("self", [2, 64, 64], [2, 64, 64], [2, 64, 64]) {
    $0[0].attention(key: $0[1], value: $0[2], heads: 4)
  },
  OperatorCase("cross, odd", [3, 13, 30], [3, 7, 30], [3, 7, 15]) {
    $0[0].attention(key: $0[1], value: $0[2], heads: 3)
  },
  OperatorCase("long", [1, 300, 40], [1, 300, 40], [1, 300, 40]) {
    $0[0].attention(key: $0[1], value: $0[2], heads: 1, scale: 0.5)
  },
  OperatorCase("many keys", [1, 50, 64], [1, 3000, 64], [1, 3000, 24]) {
    $0[0].attention(key: $0[1], value: $0[2], heads: 2)
  },
  OperatorCase("one for queries, keys and values", [2, 70, 96]) {
    let x = $0[0].linear(weight: weight([96, 96]))
    return x.attention(key: x, value: x, heads: 4)
  },
  OperatorCase("into a product", [1, 100, 48], [1, 100, 48], [1, 100, 48]) {
    $0[0].attention(key: $0[1], value: $0[2], heads: 3).linear(weight: weight([48, 48]))
  },
  OperatorCase("matmul", [3, 9, 17], [3, 17, 21]) { $0[0].matmul($0[1]) },
  OperatorCase("matmul transposed", [70, 33], [90, 33]) { $0[0].matmul($0[1], transposed: true) },
]

let normalizationCases: [OperatorCase] = [
  OperatorCase("group norm", [2, 48, 9, 7]) {
    $0[0].groupNorm(groups: 16, epsilon: 1e-5, weight: weight([48]), bias: weight([48], seed: 6))
  },
  OperatorCase("group norm far from zero, large", [1, 8, 130, 101]) {
    $0[0].affine(shift: 100).groupNorm(groups: 2, epsilon: 1e-5).activation(.silu)
  },
  OperatorCase("group norm of one pixel", [1, 6, 1, 1]) {
    $0[0].groupNorm(groups: 2, epsilon: 1e-5)
  },
  OperatorCase("layer norm", [3, 5, 37]) {
    $0[0].layerNorm(epsilon: 1e-5, weight: weight([37]), bias: weight([37], seed: 6))
  },
  OperatorCase("softmax, last axis", [4, 3, 29]) { $0[0].softmax(axis: -1) },
  OperatorCase("softmax, first axis", [4, 3, 29]) { $0[0].softmax(axis: 0) },
  OperatorCase("softmax of channels", [2, 19, 5, 4]) { $0[0].softmax(axis: 1) },
  OperatorCase("length of channels", [2, 37, 5, 4]) { $0[0].length() },
  OperatorCase("length of one channel", [1, 1, 3, 3]) { $0[0].length() },
  OperatorCase("length of tokens", [2, 3, 130]) { $0[0] / $0[0].length().clamp(to: 1e-5...1e5) },
  OperatorCase("softmax of rows", [2, 3, 5, 4]) { $0[0].softmax(axis: 2) },
]

let elementwiseCases: [OperatorCase] =
  Activation.allCases.map { activation in
    OperatorCase(activation.rawValue, [3, 411]) {
      $0[0].affine(scale: 8).activation(activation)
    }
  }
  + Activation.allCases.map { activation in
    OperatorCase("small \(activation.rawValue)", [64]) {
      $0[0].affine(scale: 1e-3).activation(activation)
    }
  } + [
    OperatorCase("extremes", [64]) { $0[0].affine(scale: 200).activation(.sigmoid) },
    OperatorCase("add", [2, 6, 32, 32], [2, 6, 32, 32]) { $0[0] + $0[1] },
    OperatorCase("subtract per channel", [2, 6, 5, 5], [1, 6, 1, 1]) { $0[0] - $0[1] },
    OperatorCase("multiply per image and channel", [2, 1, 5, 7], [2, 6, 1, 1]) { $0[0] * $0[1] },
    OperatorCase("one mask for all channels", [2, 3, 8, 8], [2, 1, 8, 8]) { $0[0] * $0[1] },
    OperatorCase("divide by each pixel's number", [2, 37, 5, 3], [2, 1, 5, 3]) {
      $0[0] / $0[1].affine(scale: 0.3, shift: 3)
    },
    OperatorCase("divide, odd", [77], [77]) { $0[0] / $0[1].affine(scale: 0.3, shift: 3) },
    OperatorCase("maximum", [2, 3, 9, 5], [2, 3, 9, 5]) { $0[0].maximum($0[1]) },
    OperatorCase("maximum with one number", [3, 41], [1]) { $0[0].maximum($0[1]) },
    OperatorCase("of lower rank", [2, 3, 4, 5], [3, 1, 5]) { $0[0] + $0[1] },
    OperatorCase("tokens plus positions", [3, 7, 9], [7, 9]) { $0[0] + $0[1] },
    OperatorCase("both stretch", [5, 1, 3], [1, 4, 3]) { $0[0] - $0[1] },
    OperatorCase("constant picture", [1, 3, 4, 4]) {
      $0[0] * $0[0].constant(Constant(noise([1, 3, 4, 4], seed: 3)))
    },
    OperatorCase("affine and clamp", [1000]) {
      $0[0].affine(scale: 3, shift: 0.5).clamp(to: -1...1)
    },
  ]

let pictureCases: [OperatorCase] = [
  OperatorCase("concatenate channels", [2, 3, 6, 5], [2, 8, 6, 5]) {
    Tensor.concatenate($0, axis: 1)
  },
  OperatorCase("concatenate rows", [1, 3, 6, 5], [1, 3, 2, 5]) { Tensor.concatenate($0, axis: 2) },
  OperatorCase("slice channels", [2, 9, 4, 4]) { $0[0].slice(axis: 1, 2..<7) },
  OperatorCase("slice tokens", [2, 9, 4]) { $0[0].slice(axis: 1, 3..<9) },
  OperatorCase("flatten", [2, 6, 4, 4]) { $0[0].reshape([2, 96]) },
  OperatorCase("unflatten", [2, 96]) { $0[0].reshape([2, 6, 4, 4]) },
  OperatorCase("picture to picture", [2, 6, 4, 4]) { $0[0].reshape([4, 3, 2, 8]) },
  OperatorCase("reshape of tokens", [2, 6, 8]) { $0[0].reshape([2, 48]).affine(scale: 2) },
  OperatorCase("permute", [2, 3, 4, 5]) { $0[0].permute([3, 1, 0, 2]) },
  OperatorCase("permute of rank 3", [2, 30, 40]) { $0[0].permute([0, 2, 1]) },
  OperatorCase("pixel shuffle", [1, 64, 5, 6]) { $0[0].pixelShuffle(factor: 8) },
  OperatorCase("pixel shuffle to colours", [2, 12, 4, 4]) { $0[0].pixelShuffle(factor: 2) },
  OperatorCase("pixel unshuffle", [1, 3, 32, 24]) { $0[0].pixelUnshuffle(factor: 8) },
  OperatorCase("upsample", [2, 5, 3, 4]) { $0[0].upsampleNearest() },
  OperatorCase("resize up", [2, 2, 8, 8]) { $0[0].resizeBilinear(height: 33, width: 20) },
  OperatorCase("resize down", [1, 20, 9, 9]) {
    $0[0].resizeBilinear(height: 4, width: 5, alignCorners: true)
  },
  OperatorCase("grid sample", [2, 3, 9, 8], [2, 2, 6, 5]) { $0[0].gridSample($0[1]) },
  OperatorCase("grid sample, corners", [1, 17, 4, 4], [1, 2, 3, 3]) {
    $0[0].gridSample($0[1].affine(scale: 2), alignCorners: true)
  },
  OperatorCase("average pool", [2, 9, 8, 6]) { $0[0].averagePool(kernel: 2) },
  OperatorCase("max pool", [1, 18, 9, 9]) { $0[0].maxPool(kernel: 3, stride: 2, padding: 1) },
  OperatorCase("global average", [3, 10, 5, 5]) { $0[0].globalAveragePool() },
]

let operatorCases =
  productCases + transformedCases + attentionCases + normalizationCases + elementwiseCases
  + pictureCases
