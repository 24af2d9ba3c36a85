public import Compute
import Layers
public import Weights

// After MuseTalk 0a89dec, musetalk/utils/face_detection/detection/sfd/net_s3fd.py.

/// The face detector S3FD (arXiv:1708.05237): scores and boxes on six grids over a picture.
public struct S3FD: Sendable {
  /// The widths of its layers.
  public struct Configuration: Sendable, Hashable {
    /// Channels of conv1 to conv5.
    public var stages: [Int]
    /// Channels of fc6 and fc7.
    public var connected: Int
    /// Channels of the two layers of conv6 and of conv7.
    public var extras: [[Int]]

    /// The published detector's.
    public static let published = Configuration(
      stages: [64, 128, 256, 512, 512], connected: 1024, extras: [[256, 512], [128, 256]])
  }

  /// What it says about one grid of anchors.
  public struct Level: Sendable {
    /// Logits of background and face [N, 2, h, w].
    public let scores: Tensor
    /// Shift and logarithm of the size of each cell's box against its anchor [N, 4, h, w].
    public let boxes: Tensor
  }

  /// Least height and width of a picture: five halvings leave one pixel of them.
  public static let minimumSize = 32

  private let stages: [[Conv2d]]
  private let connected: [Conv2d]
  private let extras: [[Conv2d]]
  private let heads: [S3FDHead]

  /// Takes all weights; throws `WeightsError`.
  public init(_ weights: WeightScope, configuration: Configuration) throws(WeightsError) {
    var (channels, stages) = (3, [[Conv2d]]())
    for (index, width) in configuration.stages.enumerated() {
      var stage: [Conv2d] = []
      for layer in 1...Self.layers[index] {
        stage.append(
          try Conv2d(
            weights["conv\(index + 1)_\(layer)"], inputs: channels, outputs: width, kernel: 3,
            padding: Padding(1)))
        channels = width
      }
      stages.append(stage)
    }
    let width = configuration.connected
    self.stages = stages
    connected = [
      try Conv2d(
        weights["fc6"], inputs: channels, outputs: width, kernel: 3, padding: Padding(3)),
      try Conv2d(weights["fc7"], inputs: width, outputs: width, kernel: 1),
    ]
    channels = width
    var extras: [[Conv2d]] = []
    for (index, widths) in configuration.extras.enumerated() {
      let (inner, outer) = (weights["conv\(index + 6)_1"], weights["conv\(index + 6)_2"])
      extras.append([
        try Conv2d(inner, inputs: channels, outputs: widths[0], kernel: 1),
        try Conv2d(
          outer, inputs: widths[0], outputs: widths[1], kernel: 3, stride: 2, padding: Padding(1)),
      ])
      channels = widths[1]
    }
    self.extras = extras
    heads = try Self.heads(weights, configuration)
  }

  /// Convolutions in each of conv1 to conv5.
  private static let layers = [2, 2, 3, 3, 3]

  private static func heads(
    _ weights: WeightScope, _ configuration: Configuration
  ) throws(WeightsError) -> [S3FDHead] {
    let sources =
      [
        ("conv3_3_norm", configuration.stages[2]), ("conv4_3_norm", configuration.stages[3]),
        ("conv5_3_norm", configuration.stages[4]), ("fc7", configuration.connected),
      ] + configuration.extras.enumerated().map { ("conv\($0 + 6)_2", $1[1]) }
    var heads: [S3FDHead] = []
    for (name, channels) in sources {
      heads.append(
        try S3FDHead(
          weights, name: name, channels: channels, isNormalized: name.hasSuffix("_norm"),
          isFirst: heads.isEmpty))
    }
    return heads
  }

  /// Records the network for pictures of at least `minimumSize` in height and width.
  ///
  /// image [N, 3, H, W], RGB of 0 ... 255 less (104, 117, 123) -> six levels with strides 4, 8, 16, 32, 64, 128.
  /// Upstream pads fc6 by 3: from the fourth level on, grids are larger than the picture.
  public func callAsFunction(_ image: Tensor) -> [Level] {
    precondition(
      image.shape[2] >= Self.minimumSize && image.shape[3] >= Self.minimumSize,
      "s3fd: image \(image.shape)")
    var (x, features) = (image, [Tensor]())
    for stage in stages {
      x = stage.reduce(x) { $1($0).activation(.relu) }
      features.append(x)
      x = x.maxPool(kernel: 2)
    }
    for convolutions in [connected] + extras {
      x = convolutions.reduce(x) { $1($0).activation(.relu) }
      features.append(x)
    }
    return zip(heads, features.dropFirst(2)).map { $0($1) }
  }
}

/// The two convolutions that read one level's features.
private struct S3FDHead: Sendable {
  private let gain: Constant?
  private let confidence: Conv2d
  private let location: Conv2d

  init(
    _ weights: WeightScope, name: String, channels: Int, isNormalized: Bool, isFirst: Bool
  ) throws(WeightsError) {
    gain =
      isNormalized
      ? try weights[name].tensor("weight", shape: [1, channels, 1, 1], stored: [channels]) : nil
    confidence = try Conv2d(
      weights["\(name)_mbox_conf"], inputs: channels, outputs: isFirst ? 4 : 2, kernel: 3,
      padding: Padding(1))
    location = try Conv2d(
      weights["\(name)_mbox_loc"], inputs: channels, outputs: 4, kernel: 3, padding: Padding(1))
  }

  /// features [N, channels, h, w]; where normalised, each pixel's channels are brought to length 1 first.
  func callAsFunction(_ features: Tensor) -> S3FD.Level {
    var x = features
    if let gain { x = x / x.length().affine(shift: 1e-10) * x.constant(gain) }
    var scores = confidence(x)
    if scores.shape[1] == 4 {
      // The finest level has three kinds of background; the likeliest counts.
      let kinds = (0..<4).map { scores.slice(axis: 1, $0..<$0 + 1) }
      let background = kinds[0].maximum(kinds[1]).maximum(kinds[2])
      scores = Tensor.concatenate([background, kinds[3]], axis: 1)  // [N, 2, h, w]
    }
    return S3FD.Level(scores: scores, boxes: location(x))
  }
}

extension S3FD.Configuration {
  /// The widths that the shapes of `weights` tell.
  ///
  /// Throws `WeightsError.missing` or `.configuration` if they are not S3FD's.
  public init(detectedIn weights: WeightScope) throws(WeightsError) {
    func width(_ name: String) throws(WeightsError) -> Int {
      try weights.size(of: "\(name).weight")
    }
    stages = []
    for index in 1...5 { stages.append(try width("conv\(index)_1")) }
    connected = try width("fc7")
    extras = [
      [try width("conv6_1"), try width("conv6_2")], [try width("conv7_1"), try width("conv7_2")],
    ]
  }
}
