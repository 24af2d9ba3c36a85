import Compute

/// One case of Training/goldens/operators.py in our terms.
struct GoldenOperator: Sendable {
  let inputs: [String]
  let body: @Sendable (_ tensors: [String: Tensor], _ weights: [String: Constant]) -> Tensor

  /// With one input, "x".
  static func one(_ body: @escaping @Sendable (Tensor) -> Tensor) -> GoldenOperator {
    GoldenOperator(inputs: ["x"]) { tensors, _ in body(tensors["x"]!) }
  }

  /// With inputs "a" and "b".
  static func two(_ body: @escaping @Sendable (Tensor, Tensor) -> Tensor) -> GoldenOperator {
    GoldenOperator(inputs: ["a", "b"]) { tensors, _ in body(tensors["a"]!, tensors["b"]!) }
  }

  static func weighted(
    _ body: @escaping @Sendable (Tensor, Constant, Constant?) -> Tensor
  ) -> GoldenOperator {
    GoldenOperator(inputs: ["x"]) { tensors, weights in
      body(tensors["x"]!, weights["weight"]!, weights["bias"])
    }
  }

  static func attention(heads: Int, scale: Float? = nil) -> GoldenOperator {
    GoldenOperator(inputs: ["query", "key", "value"]) { tensors, _ in
      tensors["query"]!.attention(
        key: tensors["key"]!, value: tensors["value"]!, heads: heads, scale: scale)
    }
  }

  static func gridSample(alignCorners: Bool) -> GoldenOperator {
    GoldenOperator(inputs: ["x", "grid"]) { tensors, _ in
      tensors["x"]!.gridSample(tensors["grid"]!, alignCorners: alignCorners)
    }
  }

  static func resize(_ height: Int, _ width: Int, alignCorners: Bool = false) -> GoldenOperator {
    one { $0.resizeBilinear(height: height, width: width, alignCorners: alignCorners) }
  }
}

/// The same names as in the script.
let goldenOperators: [String: GoldenOperator] =
  goldenProducts.merging(goldenFunctions) { $1 }.merging(goldenPictures) { $1 }

private let goldenProducts: [String: GoldenOperator] = [
  "convolution": .weighted { $0.conv2d(weight: $1, bias: $2, padding: Padding(1)) },
  "convolution, uneven padding": .weighted { x, weight, _ in
    x.conv2d(weight: weight, padding: Padding(top: 1, left: 3, bottom: 2, right: 0))
  },
  "convolution, stride and dilation": .weighted {
    $0.conv2d(weight: $1, bias: $2, stride: 2, padding: Padding(2), dilation: 2)
  },
  "convolution, groups": .weighted {
    $0.conv2d(weight: $1, bias: $2, padding: Padding(1), groups: 3)
  },
  "convolution, depthwise": .weighted {
    $0.conv2d(weight: $1, bias: $2, padding: Padding(1), groups: 18)
  },
  "convolution of rows": .weighted { x, weight, _ in
    x.conv2d(weight: weight, stride: 2, padding: Padding(top: 0, left: 1, bottom: 0, right: 1))
  },
  "convolution, transformed": .weighted {
    $0.conv2d(weight: $1, bias: $2, padding: Padding(1)).slice(axis: 1, 0..<4)
  },
  "convolution, enlarged": .weighted { x, weight, _ in
    x.upsampleNearest().conv2d(weight: weight, padding: Padding(1)).slice(axis: 1, 0..<4)
  },
  "linear": .weighted { $0.linear(weight: $1, bias: $2) },
  "linear without bias": .weighted { $0.linear(weight: $1, bias: $2) },
  "matmul": .two { $0.matmul($1) },
  "matmul, transposed": .two { $0.matmul($1, transposed: true) },
  "attention": .attention(heads: 3),
  "attention, one head, scale 0.5": .attention(heads: 1, scale: 0.5),
  "group norm": .weighted { $0.groupNorm(groups: 3, epsilon: 1e-5, weight: $1, bias: $2) },
  "layer norm": .weighted { $0.layerNorm(epsilon: 1e-6, weight: $1, bias: $2) },
]

private let goldenFunctions: [String: GoldenOperator] = [
  "softmax": .one { $0.softmax(axis: -1) },
  "softmax of channels": .one { $0.softmax(axis: 1) },
  "length": .one { $0.length() },
  "length of rows": .one { $0.length() },
  "silu": .one { $0.activation(.silu) },
  "gelu": .one { $0.activation(.gelu) },
  "relu": .one { $0.activation(.relu) },
  "sigmoid": .one { $0.activation(.sigmoid) },
  "tanh": .one { $0.activation(.tanh) },
  "hard sigmoid": .one { $0.activation(.hardSigmoid) },
  "add": .two { $0 + $1 },
  "subtract": .two { $0 - $1 },
  "multiply": .two { $0 * $1 },
  "divide": .two { $0 / ($1 * $1).affine(shift: 0.5) },
  "maximum": .two { $0.maximum($1) },
  "affine": .one { $0.affine(scale: -2.5, shift: 3.25) },
  "clamp": .one { $0.clamp(to: -0.5...0.75) },
]

private let goldenPictures: [String: GoldenOperator] = [
  "concatenate": .two { .concatenate([$0, $1], axis: 1) },
  "slice": .one { $0.slice(axis: 1, 2..<6) },
  "reshape": .one { $0.reshape([4, 3, 4]) },
  "permute": .one { $0.permute([3, 1, 0, 2]) },
  "tokens": .one { $0.tokens() },
  "spatial": .one { $0.spatial(height: 2, width: 3) },
  "upsample nearest": .one { $0.upsampleNearest(factor: 3) },
  "resize": .resize(9, 7),
  "resize, smaller": .resize(4, 3),
  "resize, corners": .resize(9, 7, alignCorners: true),
  "resize to one pixel": .resize(1, 1),
  "resize to one pixel, corners": .resize(1, 1, alignCorners: true),
  "pixel shuffle": .one { $0.pixelShuffle(factor: 2) },
  "pixel unshuffle": .one { $0.pixelUnshuffle(factor: 3) },
  "average pool": .one { $0.averagePool(kernel: 3, stride: 2, padding: 1) },
  "max pool": .one { $0.affine(shift: -3).maxPool(kernel: 3, stride: 2, padding: 1) },
  "global average pool": .one { $0.globalAveragePool() },
  "grid sample": .gridSample(alignCorners: false),
  "grid sample, corners": .gridSample(alignCorners: true),
]
