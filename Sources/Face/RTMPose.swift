public import Compute
public import Weights

// Jiang and others 2023, arXiv:2303.07399.

/// RTMPose finds where the keypoints of a person are; DWPose's weights are for it.
///
/// Meant for fp32: rounding to bf16 in its 60 layers moves keypoints.
public struct RTMPose: Sendable {
  /// One stage of the backbone.
  public struct Stage: Sendable, Hashable {
    public var channels: Int
    public var blocks: Int

    public init(channels: Int, blocks: Int) {
      self.channels = channels
      self.blocks = blocks
    }
  }

  /// The sizes of its layers.
  public struct Configuration: Sendable, Hashable {
    /// Channels after the backbone's stem.
    public var stem: Int
    public var stages: [Stage]
    public var keypoints: Int
    /// Height and width of the head's first kernel.
    public var headKernel: Int
    /// Pixels of the backbone's result.
    public var cells: Int
    /// Width of a keypoint's token, its width inside the attention, and that of queries and keys.
    public var hidden: Int
    public var expanded: Int
    public var attention: Int
    /// Scores along x and y: two for each pixel of the picture.
    public var binsX: Int
    public var binsY: Int

    public var imageHeight: Int { binsY / 2 }
    public var imageWidth: Int { binsX / 2 }

    /// RTMPose-l for 133 keypoints of the whole body in pictures of 288 x 384, as DWPose distils it.
    public static let wholeBodyLarge = Configuration(
      stem: 64,
      stages: [
        Stage(channels: 128, blocks: 3), Stage(channels: 256, blocks: 6),
        Stage(channels: 512, blocks: 6), Stage(channels: 1024, blocks: 3),
      ], keypoints: 133, headKernel: 7, cells: 108, hidden: 256, expanded: 512, attention: 128,
      binsX: 576, binsY: 768)
  }

  /// Tensors of published files that have no part in the result: the counters of the normalisations.
  public static let ignoredKeys = ["*.num_batches_tracked"]

  /// The scope of the network in a whole file.
  ///
  /// mmengine's training files have it below `state_dict`, beside an averaged copy with the distillation's teacher and
  /// student, an optimizer's state and a log, which are not looked at.
  public static func network(in file: WeightScope) -> WeightScope {
    file.contains("state_dict.head.cls_x.weight") ? file["state_dict"] : file
  }

  public let configuration: Configuration
  private let backbone: CSPNeXt
  private let head: RTMCCHead

  /// Takes all weights but the ignored ones, under mmpose's names (`backbone.stem.0.conv.weight`); throws `WeightsError`.
  public init(_ weights: WeightScope, configuration: Configuration) throws(WeightsError) {
    self.configuration = configuration
    backbone = try CSPNeXt(
      weights["backbone"], stem: configuration.stem, stages: configuration.stages)
    head = try RTMCCHead(
      weights["head"], inputs: configuration.stages[configuration.stages.count - 1].channels,
      configuration: configuration)
  }

  /// Records the network: image [N, 3, imageHeight, imageWidth], RGB normalised as ImageNet's -> logits of each
  /// half pixel along x [N, keypoints, binsX] and along y [N, keypoints, binsY].
  public func callAsFunction(_ image: Tensor) -> (x: Tensor, y: Tensor) {
    precondition(
      image.shape.dropFirst(2) == [configuration.imageHeight, configuration.imageWidth],
      "rtmpose: image \(image.shape)")
    return head(backbone(image))
  }
}

extension RTMPose.Configuration {
  /// The sizes that the shapes of `weights` tell, below mmpose's names.
  ///
  /// Throws `WeightsError.missing` or `.configuration` if they are not RTMPose's.
  public init(detectedIn weights: WeightScope) throws(WeightsError) {
    let (backbone, head) = (weights["backbone"], weights["head"])
    stem = try backbone.size(of: "stem.2.conv.weight")
    stages = []
    let count = backbone.count { "stage\($0 + 1).0.conv.weight" }
    for index in 0..<count {
      let stage = backbone["stage\(index + 1)"]
      let layer = stage[index == count - 1 ? "2" : "1"]
      stages.append(
        RTMPose.Stage(
          channels: try stage.size(of: "0.conv.weight"),
          blocks: layer.count { "blocks.\($0).conv1.conv.weight" }))
    }
    keypoints = try head.size(of: "final_layer.weight")
    headKernel = try head.size(of: "final_layer.weight", axis: 3)
    cells = try head.size(of: "mlp.1.weight", axis: 1)
    hidden = try head.size(of: "mlp.1.weight")
    expanded = try head.size(of: "gau.o.weight", axis: 1)
    attention = try head.size(of: "gau.gamma", axis: 1)
    binsX = try head.size(of: "cls_x.weight")
    binsY = try head.size(of: "cls_y.weight")
    let problem = inconsistency
    guard problem == nil else { throw .configuration(file: weights.file, reason: problem!) }
  }

  /// What keeps these sizes from being a network's, nil where nothing does.
  private var inconsistency: String? {
    if !(1...5).contains(stages.count) { return "the backbone has \(stages.count) stages" }
    if ([stem] + stages.map(\.channels)).contains(where: { $0 % 2 != 0 }) {
      return "the backbone's widths are odd"
    }
    if headKernel % 2 == 0 { return "the head's kernel is even" }
    // The stem and each stage halve the picture, and round up.
    let reduction = 2 << stages.count
    let cellsX = (imageWidth + reduction - 1) / reduction
    let cellsY = (imageHeight + reduction - 1) / reduction
    return cellsX * cellsY == cells
      ? nil : "\(binsX) and \(binsY) scores do not fit a picture of \(cells) cells"
  }
}
