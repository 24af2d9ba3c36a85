public import Compute
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
  /// Largest shift, in half crop widths.
  static let flowLimit: Float = 0.35

  private let network: UNet2DCondition
  private let embedding: ArticulationEmbedding

  /// Builds the painter from a model's folder.
  ///
  /// - Parameters:
  ///   - configuration: diffusers' `config.json` of the UNet.
  ///   - unet: The UNet's tensors under diffusers' names; every one is consumed.
  ///   - embedding: Tensors that turn an articulation into tokens.
  /// - Throws: `WeightsError` when a tensor is missing, misshapen or left over, or the configuration is another network's.
  public init(
    configuration: ConfigurationFile, unet: Checkpoint, embedding: Checkpoint
  ) throws(WeightsError) {
    let unetWeights = unet.weights
    network = try UNet2DCondition(
      unetWeights, configuration: try UNetConfiguration(configuration))
    try unetWeights.requireAllConsumed()
    let embeddingWeights = embedding.weights
    self.embedding = try ArticulationEmbedding(
      embeddingWeights, tokenWidth: embedding.info("position")?.shape.last ?? 0)
    try embeddingWeights.requireAllConsumed()
  }

  /// Records the whole painter for one crop.
  ///
  /// Inputs: `crop` [1, 3, 256, 256] in [-1, 1], `articulation` [1, 7].
  /// Outputs: `flow` [1, 2, 64, 64], `mask` [1, 1, 256, 256], `inner` [1, 3, 256, 256].
  public func plan(cropSize: Int = cropSize) -> Plan {
    let recorder = PlanRecorder(name: "mini-painter")
    let crop = recorder.input("crop", [1, 3, cropSize, cropSize])
    let articulation = recorder.input("articulation", [1, Articulation.names.count])
    let fields = predict(crop, articulation: articulation)
    let cells = Self.fold * Self.fold
    let flow = fields.slice(axis: 1, 0..<8).pixelShuffle(factor: 2)
    let mask = fields.slice(axis: 1, 8..<(8 + cells)).pixelShuffle(factor: Self.fold)
    let inner = fields.slice(axis: 1, (8 + cells)..<(8 + 4 * cells)).pixelShuffle(factor: Self.fold)
    recorder.output("flow", flow.activation(.tanh).affine(scale: Self.flowLimit))
    recorder.output("mask", mask.activation(.sigmoid))
    recorder.output("inner", inner.clamp(to: -1...1))
    return recorder.finish()
  }

  /// The UNet's own answer: crop [N, 3, S, S], articulation [N, 7] -> [N, 264, S / 8, S / 8].
  func predict(_ crop: Tensor, articulation: Tensor) -> Tensor {
    network(
      crop.pixelUnshuffle(factor: Self.fold), timestep: 0, context: embedding(articulation))
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
    self.tokenWidth = tokenWidth
    let hidden = 256
    linear1 = try Linear(
      weights["linear_1"], inputs: Articulation.names.count, outputs: hidden)
    linear2 = try Linear(
      weights["linear_2"], inputs: hidden, outputs: Self.tokenCount * tokenWidth)
    position = try weights.tensor("position", shape: [1, Self.tokenCount, tokenWidth])
  }

  /// articulation [N, 7] -> tokens [N, 8, D].
  func callAsFunction(_ articulation: Tensor) -> Tensor {
    let hidden = linear1(articulation).activation(.silu)
    let tokens = linear2(hidden).reshape([articulation.shape[0], Self.tokenCount, tokenWidth])
    return tokens + tokens.constant(position)
  }
}
