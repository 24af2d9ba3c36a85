/// What a node of a plan computes.
///
/// Inputs beyond the first are listed beside each case.
enum Operator: Sendable, Hashable {
  /// x [N, C, H, W], weight [O, C / groups, KH, KW], optional bias [O].
  case convolution(ConvolutionGeometry)
  /// x [..., I], weight [O, I], optional bias [O].
  case linear
  /// a [..., M, K], b [..., K, N]; with `transposed`, b [..., N, K].
  case matmul(transposed: Bool)
  /// query [N, L, C], key [N, S, C], value [N, S, D].
  case attention(heads: Int, scale: Float)
  /// x [N, C, H, W], weight [C], bias [C].
  case groupNorm(groups: Int, epsilon: Float)
  /// x [..., C], weight [C], bias [C].
  case layerNorm(epsilon: Float)
  case activation(Activation)
  /// a and b, broadcast against each other from the last axis.
  case arithmetic(Arithmetic)
  /// x * scale + shift.
  case affine(scale: Float, shift: Float)
  case clamp(lower: Float, upper: Float)
  case concatenate(axis: Int)
  case slice(axis: Int, start: Int)
  case reshape
  case permute([Int])
  /// [N, C, H, W] -> [N, H * W, C].
  case tokens
  /// [N, H * W, C] -> [N, C, H, W].
  case spatial
  case upsampleNearest(factor: Int)
  case resizeBilinear(alignCorners: Bool)
  case pixelShuffle(factor: Int)
  case pixelUnshuffle(factor: Int)
  case softmax(axis: Int)
  /// x [N, C, H, W] -> [N, 1, H, W], or [..., C] -> [..., 1].
  case length
  case pool(PoolGeometry)
  case globalAveragePool
  /// x [N, C, H, W], grid [N, 2, OH, OW].
  case gridSample(alignCorners: Bool)

  /// The kind's name, for messages and tables of times.
  var name: String {
    switch self {
    case .convolution: "convolution"
    case .linear: "linear"
    case .matmul: "matmul"
    case .attention: "attention"
    case .groupNorm: "group norm"
    case .layerNorm: "layer norm"
    case .activation(let activation): activation.rawValue
    case .arithmetic(let arithmetic): arithmetic.rawValue
    case .affine: "affine"
    case .clamp: "clamp"
    case .concatenate: "concatenate"
    case .slice: "slice"
    case .reshape: "reshape"
    case .permute: "permute"
    case .tokens: "tokens"
    case .spatial: "spatial"
    case .upsampleNearest: "upsample nearest"
    case .resizeBilinear: "resize bilinear"
    case .pixelShuffle: "pixel shuffle"
    case .pixelUnshuffle: "pixel unshuffle"
    case .softmax: "softmax"
    case .length: "length"
    case .pool(let geometry): "\(geometry.kind.rawValue) pool"
    case .globalAveragePool: "global average pool"
    case .gridSample: "grid sample"
    }
  }
}
