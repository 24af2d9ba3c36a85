import Compute
import Diffusion
import Layers
import MediaTypes
public import Weights

/// mini's painter: a crop folded into channels and an articulation go in, flow, mask and inner mouth come out.
///
/// The network is `UNet2DCondition` on pixels folded 8 x 8 into channels; `Training/mini` trains it.
public struct MiniPainterNetwork: Sendable {
  /// Side of the aligned crop in pixels.
  public static let cropSize = 256
  /// Pixels folded into channels along each side.
  static let fold = 8
  /// Side of the flow field.
  public static let flowSize = 64
  /// Largest shift, in half crop widths.
  static let flowLimit: Float = 0.35

  private let network: UNet2DCondition
  private let embedding: ArticulationEmbedding

  /// - Parameters:
  ///   - unet: Weights in diffusers' layout; every key is consumed.
  ///   - embedding: Weights of the articulation's tokens.
  /// - Throws: `WeightsError` when a key is missing, misshapen or left over.
  public init(
    configuration: UNet2DConditionConfiguration, unet: Checkpoint, embedding: Checkpoint
  ) throws(WeightsError) {
    let scope = unet.scope
    network = try UNet2DCondition(configuration, scope)
    try scope.requireAllConsumed()
    self.embedding = try ArticulationEmbedding(
      embedding.scope, tokenWidth: configuration.crossAttentionDim)
    try embedding.scope.requireAllConsumed()
  }

  /// Records the whole painter for one crop.
  ///
  /// Inputs: `crop` [1, 3, 256, 256] in [-1, 1], `articulation` [1, 7].
  /// Outputs: `flow` [1, 2, 64, 64], `mask` [1, 1, 256, 256], `inner` [1, 3, 256, 256].
  public func plan() -> Plan {
    let recorder = PlanRecorder(name: "mini-painter")
    let crop = recorder.input("crop", [1, 3, Self.cropSize, Self.cropSize])
    let articulation = recorder.input("articulation", [1, Articulation.names.count])
    let fields = network(
      crop.pixelUnshuffle(Self.fold), timestep: 0, context: embedding(articulation))
    let cells = Self.fold * Self.fold
    let flow = fields.slice(axis: 1, 0..<8).pixelShuffle(2)
    let mask = fields.slice(axis: 1, 8..<(8 + cells)).pixelShuffle(Self.fold)
    let inner = fields.slice(axis: 1, (8 + cells)..<(8 + 4 * cells)).pixelShuffle(Self.fold)
    recorder.output("flow", flow.activation(.tanh).affine(scale: Self.flowLimit, shift: 0))
    recorder.output("mask", mask.activation(.sigmoid))
    recorder.output("inner", inner.clamp(-1, 1))
    return recorder.finish()
  }
}

/// Turns an articulation into the tokens that the painter's attention reads.
struct ArticulationEmbedding: Sendable {
  static let tokenCount = 8
  private let linear1: Linear
  private let linear2: Linear
  private let position: Constant
  private let tokenWidth: Int

  init(_ weights: WeightScope, tokenWidth: Int) throws(WeightsError) {
    linear1 = try Linear(weights["linear_1"], in: Articulation.names.count, out: 256)
    linear2 = try Linear(weights["linear_2"], in: 256, out: Self.tokenCount * tokenWidth)
    position = try weights.tensor("position", shape: [1, Self.tokenCount, tokenWidth])
    self.tokenWidth = tokenWidth
  }

  /// articulation [N, 7] -> tokens [N, 8, D].
  func callAsFunction(_ articulation: Tensor) -> Tensor {
    let hidden = linear1(articulation).activation(.silu)
    let tokens = linear2(hidden).reshape([articulation.shape[0], Self.tokenCount, tokenWidth])
    return tokens + tokens.constant(position)
  }
}
