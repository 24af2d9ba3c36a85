public import Compute
import Layers
public import Weights

// After MuseTalk 0a89dec, musetalk/utils/face_parsing/model.py.

/// The face parser BiSeNet (arXiv:1808.00897): which of 19 parts of a head each pixel belongs to.
public struct BiSeNet: Sendable {
  /// The widths of its layers.
  public struct Configuration: Sendable, Hashable {
    /// Channels of the trunk's stem and of its layers 1 to 4.
    public var trunk: [Int]
    /// Channels of the context path.
    public var context: Int
    /// Channels after fusion, inside its attention, and of the layer before the last.
    public var fusion: Int
    public var attention: Int
    public var output: Int
    /// Number of classes.
    public var classes: Int

    /// The published parser's.
    public static let published = Configuration(
      trunk: [64, 64, 128, 256, 512], context: 128, fusion: 256, attention: 64, output: 256,
      classes: 19)
  }

  /// Tensors of the published file that parsing does not need: the two heads that help in training, the classifier of
  /// the trunk's own training, and the counters of the normalisations.
  public static let ignoredKeys = [
    "conv_out16.*", "conv_out32.*", "cp.resnet.fc.*", "*.num_batches_tracked",
  ]

  private let context: ContextPath
  private let fusion: FeatureFusion
  private let hidden: ConvolutionWithNorm
  private let output: Conv2d

  /// Takes all weights but the ignored ones; throws `WeightsError`.
  public init(_ weights: WeightScope, configuration: Configuration) throws(WeightsError) {
    let (fused, inner) = (configuration.fusion, configuration.output)
    context = try ContextPath(weights["cp"], configuration: configuration)
    fusion = try FeatureFusion(weights["ffm"], configuration: configuration)
    hidden = try ConvolutionWithNorm(
      weights["conv_out.conv"], inputs: fused, outputs: inner, kernel: 3)
    output = try Conv2d(
      weights["conv_out.conv_out"], inputs: inner, outputs: configuration.classes, kernel: 1,
      bias: false)
  }

  /// Records the network: image [N, 3, H, W], RGB normalised as ImageNet's -> logits [N, classes, H, W].
  public func callAsFunction(_ image: Tensor) -> Tensor {
    let (detail, context) = context(image)  // both at a stride of 8
    let fused = fusion(detail: detail, context: context)
    let logits = output(hidden(fused).activation(.relu))
    return logits.resizeBilinear(
      height: image.shape[2], width: image.shape[3], alignCorners: true)
  }
}

/// Trunk and two refined scales of its features, added from coarse to fine.
private struct ContextPath: Sendable {
  private let trunk: ResNet18Trunk
  private let average: ConvolutionWithNorm
  private let refine32: AttentionRefinement
  private let head32: ConvolutionWithNorm
  private let refine16: AttentionRefinement
  private let head16: ConvolutionWithNorm

  init(_ weights: WeightScope, configuration: BiSeNet.Configuration) throws(WeightsError) {
    let (widths, width) = (configuration.trunk, configuration.context)
    trunk = try ResNet18Trunk(weights["resnet"], widths: widths)
    average = try ConvolutionWithNorm(
      weights["conv_avg"], inputs: widths[4], outputs: width, kernel: 1)
    refine32 = try AttentionRefinement(weights["arm32"], inputs: widths[4], outputs: width)
    head32 = try ConvolutionWithNorm(
      weights["conv_head32"], inputs: width, outputs: width, kernel: 3)
    refine16 = try AttentionRefinement(weights["arm16"], inputs: widths[3], outputs: width)
    head16 = try ConvolutionWithNorm(
      weights["conv_head16"], inputs: width, outputs: width, kernel: 3)
  }

  /// image [N, 3, H, W] -> the trunk's features and the context, at a stride of 8.
  func callAsFunction(_ image: Tensor) -> (detail: Tensor, context: Tensor) {
    let features = trunk(image)
    let (detail, features16, features32) = (features[1], features[2], features[3])
    let overall = average(features32.globalAveragePool()).activation(.relu)  // [N, context, 1, 1]
    let sum32 = refine32(features32) + overall
    let context32 = sum32.doubled(height: features16.shape[2], width: features16.shape[3])
    let sum16 = refine16(features16) + head32(context32).activation(.relu)
    let context16 = sum16.doubled(height: detail.shape[2], width: detail.shape[3])
    return (detail, head16(context16).activation(.relu))
  }
}

/// A convolution whose channels are weighed by what their means say.
private struct AttentionRefinement: Sendable {
  private let conv: ConvolutionWithNorm
  private let attention: ConvolutionWithNorm

  init(_ weights: WeightScope, inputs: Int, outputs: Int) throws(WeightsError) {
    conv = try ConvolutionWithNorm(weights["conv"], inputs: inputs, outputs: outputs, kernel: 3)
    attention = try ConvolutionWithNorm(
      weights["conv_atten"], norm: weights["bn_atten"], inputs: outputs, outputs: outputs,
      kernel: 1)
  }

  /// x [N, inputs, H, W] -> [N, outputs, H, W].
  func callAsFunction(_ x: Tensor) -> Tensor {
    let features = conv(x).activation(.relu)
    return features * attention(features.globalAveragePool()).activation(.sigmoid)
  }
}

/// Detail and context mixed by a 1x1 convolution, then channels strengthened by what their means say.
private struct FeatureFusion: Sendable {
  private let conv: ConvolutionWithNorm
  private let conv1: Conv2d
  private let conv2: Conv2d

  init(_ weights: WeightScope, configuration: BiSeNet.Configuration) throws(WeightsError) {
    let (width, inner) = (configuration.fusion, configuration.attention)
    conv = try ConvolutionWithNorm(
      weights["convblk"], inputs: configuration.trunk[2] + configuration.context, outputs: width,
      kernel: 1)
    conv1 = try Conv2d(weights["conv1"], inputs: width, outputs: inner, kernel: 1, bias: false)
    conv2 = try Conv2d(weights["conv2"], inputs: inner, outputs: width, kernel: 1, bias: false)
  }

  func callAsFunction(detail: Tensor, context: Tensor) -> Tensor {
    let features = conv(Tensor.concatenate([detail, context], axis: 1)).activation(.relu)
    let means = features.globalAveragePool()  // [N, fusion, 1, 1]
    return features * conv2(conv1(means).activation(.relu)).activation(.sigmoid) + features
  }
}

extension ConvolutionWithNorm {
  /// Upstream's ConvBNReLU without its ReLU: `conv` and `bn`, same size.
  fileprivate init(
    _ weights: WeightScope, inputs: Int, outputs: Int, kernel: Int
  ) throws(WeightsError) {
    try self.init(
      weights["conv"], norm: weights["bn"], inputs: inputs, outputs: outputs, kernel: kernel,
      padding: Padding(kernel / 2))
  }
}

extension BiSeNet.Configuration {
  /// The widths that the shapes of `weights` tell.
  ///
  /// Throws `WeightsError.missing` or `.configuration` if they are not BiSeNet's.
  public init(detectedIn weights: WeightScope) throws(WeightsError) {
    let resnet = weights["cp.resnet"]
    trunk = [try resnet.size(of: "conv1.weight")]
    for index in 1...4 { trunk.append(try resnet.size(of: "layer\(index).0.conv1.weight")) }
    context = try weights.size(of: "cp.conv_avg.conv.weight")
    fusion = try weights.size(of: "ffm.convblk.conv.weight")
    attention = try weights.size(of: "ffm.conv1.weight")
    output = try weights.size(of: "conv_out.conv.conv.weight")
    classes = try weights.size(of: "conv_out.conv_out.weight")
  }
}
