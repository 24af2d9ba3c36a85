public import Compute
import Layers
public import Weights

// After deepinsight/insightface 04a433f, recognition/arcface_torch/backbones/iresnet.py.

/// IResNet (Duta and others, 2020), the trunk of ArcFace (Deng and others, 2019): an aligned face to an embedding that tells who it is.
public struct IResNet: Sendable {
  /// Pixels of a face's side.
  public let inputSize: Int
  /// Width of the embedding.
  public let width: Int
  private let stem: NormalizedConvolution
  private let stemSlope: PReLU
  private let blocks: [IResNetBlock]
  private let norm: ChannelScale
  private let projection: Linear
  private let features: ChannelScale?

  /// The halvings, each the first block of its layer.
  private static let layers = 4

  /// Takes the network's tensors, under upstream's names, from `weights`, whose shapes tell the sizes; random weights have those of IResNet-50.
  ///
  /// Batch normalisations after convolutions may be folded into them, which then have a `bias`. Throws `WeightsError.missing`, `.shape` or
  /// `.configuration`.
  public init(_ weights: WeightScope) throws(WeightsError) {
    let isKnown = weights.contains("conv1.weight")
    var channels = isKnown ? try weights.size(of: "conv1.weight") : 64
    stem = try NormalizedConvolution(
      weights, convolution: "conv1", norm: "bn1", inputs: 3, outputs: channels, kernel: 3)
    stemSlope = try PReLU(weights["prelu"], channels: channels)
    var blocks: [IResNetBlock] = []
    for layer in 1...Self.layers {
      let scope = weights["layer\(layer)"]
      let published = (count: [3, 4, 14, 3][layer - 1], outputs: 64 << (layer - 1))
      let count = isKnown ? scope.count { "\($0).conv1.weight" } : published.count
      guard count > 0 else {
        throw .missing(file: weights.file, key: scope.key("0.conv1.weight"))
      }
      let outputs = isKnown ? try scope.size(of: "0.conv2.weight") : published.outputs
      for index in 0..<count {
        blocks.append(
          try IResNetBlock(
            scope["\(index)"], inputs: channels, outputs: outputs, stride: index == 0 ? 2 : 1))
        channels = outputs
      }
    }
    self.blocks = blocks
    norm = try ChannelScale(weights["bn2"], channels: channels)
    width = isKnown ? try weights.size(of: "fc.weight") : 512
    let inputs = isKnown ? try weights.size(of: "fc.weight", axis: 1) : 49 * channels
    let side = (1...64).first { $0 * $0 * channels == inputs }
    guard let side else {
      throw .configuration(
        file: weights.file, reason: "\(inputs) inputs of \"fc\" are no square of \(channels)")
    }
    inputSize = side << Self.layers
    projection = try Linear(weights["fc"], inputs: inputs, outputs: width)
    features =
      isKnown && !weights.contains("features.running_mean")
      ? nil : try ChannelScale(weights["features"], channels: width)
  }

  /// What is counted in training and means nothing afterwards.
  public static let ignoredKeys = ["*num_batches_tracked"]

  /// Records it: image [N, 3, size, size], RGB from -1 to 1 -> [N, width], of any length.
  public func callAsFunction(_ image: Tensor) -> Tensor {
    let last = norm(blocks.reduce(stemSlope(stem(image))) { $1($0) })
    let embedding = projection(last.reshape([last.shape[0], last.shape[1...].reduce(1, *)]))
    return features?(embedding) ?? embedding
  }
}

/// A normalisation, a convolution, a second one with the block's stride, added to the input, which a 1x1 convolution brings to its shape where
/// the block halves it.
private struct IResNetBlock: Sendable {
  private let norm: ChannelScale
  private let first: NormalizedConvolution
  private let slope: PReLU
  private let second: NormalizedConvolution
  private let downsample: NormalizedConvolution?

  init(_ weights: WeightScope, inputs: Int, outputs: Int, stride: Int) throws(WeightsError) {
    norm = try ChannelScale(weights["bn1"], channels: inputs)
    first = try NormalizedConvolution(
      weights, convolution: "conv1", norm: "bn2", inputs: inputs, outputs: outputs, kernel: 3)
    slope = try PReLU(weights["prelu"], channels: outputs)
    second = try NormalizedConvolution(
      weights, convolution: "conv2", norm: "bn3", inputs: outputs, outputs: outputs, kernel: 3,
      stride: stride)
    downsample =
      stride == 1
      ? nil
      : try NormalizedConvolution(
        weights, convolution: "downsample.0", norm: "downsample.1", inputs: inputs,
        outputs: outputs, kernel: 1, stride: stride)
  }

  /// x [N, inputs, H, W] -> [N, outputs, ceil(H / stride), ceil(W / stride)].
  func callAsFunction(_ x: Tensor) -> Tensor {
    second(slope(first(norm(x)))) + (downsample?(x) ?? x)
  }
}
