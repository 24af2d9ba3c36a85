public import Compute
import Layers
public import Weights

// After TMElyralab/MuseV 43370a6, musev/models/unet_3d_condition.py and unet_loader.py.

/// MuseV's UNet: clips of latents, of which some frames may be given, to what is to be taken from them.
///
/// A plan is recorded for one number of clips, frames and pixels; the timestep and the frames' positions are inputs, so that
/// it serves all steps.
public struct UNet3DCondition: Sendable {
  public let configuration: UNet3DConfiguration
  private let timeEmbedding: TimestepEmbedding
  private let frameEmbedding: TimestepEmbedding
  private let convIn: Conv2d
  private let transformerIn: TemporalTransformer?
  private let firstReference: ReferenceAttention?
  private let downBlocks: [UNet3DDownBlock]
  private let middleLayers: [UNet3DLayer]
  private let middleReference: ReferenceAttention?
  private let upBlocks: [UNet3DUpBlock]
  private let normOut: GroupNorm
  private let convOut: Conv2d

  /// Takes the network's tensors, under upstream's names, from `weights`.
  ///
  /// They are the motion model's; a Stable Diffusion's own `unet` belongs over them, and over both an image adapter
  /// (`WeightScope.layered`). Throws `WeightsError.missing`, `.foreign` or `.shape`. Unused tensors are the caller's to report, `ignoredKeys` excepted.
  public init(
    _ weights: WeightScope, configuration: UNet3DConfiguration
  ) throws(WeightsError) {
    self.configuration = configuration
    let spatial = configuration.spatial
    let channels = spatial.blockOutputChannels[0]
    let hasReferences = configuration.variant == .referenceNet
    timeEmbedding = try TimestepEmbedding(
      weights["time_embedding"], inputs: channels, channels: spatial.timeChannels)
    frameEmbedding = try TimestepEmbedding(
      weights["frame_embedding"], inputs: channels, channels: configuration.positionWidth)
    convIn = try spatial.firstConvolution(weights)
    transformerIn =
      hasReferences
      ? nil
      : try TemporalTransformer(
        weights["transformer_in"], channels: channels, positions: configuration.positionWidth,
        heads: spatial.heads[0], groups: spatial.groups, epsilon: spatial.tokenEpsilon)
    firstReference =
      hasReferences
      ? try ReferenceAttention(
        weights["first_refer_emb_attns"], channels: channels, heads: spatial.heads[0]) : nil
    downBlocks = try Self.downBlocks(weights, configuration: configuration)
    let deepest = spatial.allLevels[spatial.levels - 1]
    middleLayers = try Self.middleLayers(weights["mid_block"], deepest, configuration)
    middleReference =
      hasReferences
      ? try ReferenceAttention(
        weights["mid_block_refer_emb_attns"], channels: deepest.channels,
        heads: spatial.heads[deepest.index]) : nil
    upBlocks = try Self.upBlocks(weights, configuration: configuration)
    normOut = try GroupNorm(
      weights["conv_norm_out"], groups: spatial.groups, channels: channels,
      epsilon: spatial.epsilon)
    convOut = try Conv2d(
      weights["conv_out"], inputs: channels, outputs: spatial.outputChannels,
      kernel: spatial.lastKernel, padding: Padding(spatial.lastKernel / 2))
  }

  /// Tensors that published files may have and that no condition reaches: positions of pixels, which training tried, and keys
  /// and values of a face's tokens where none is looked at.
  public static let ignoredKeys = [
    "spatial_position_embedding.*", "*.spatial_position_emb_proj.*",
    "*.attn2.ip_adapter_face_to_k_ip.weight", "*.attn2.ip_adapter_face_to_v_ip.weight",
  ]

  private static func downBlocks(
    _ weights: WeightScope, configuration: UNet3DConfiguration
  ) throws(WeightsError) -> [UNet3DDownBlock] {
    let levels = configuration.spatial.allLevels
    var blocks: [UNet3DDownBlock] = []
    for level in levels {
      blocks.append(
        try UNet3DDownBlock(
          weights["down_blocks.\(level.index)"], level: level, configuration: configuration,
          inputs: levels[max(level.index - 1, 0)].channels,
          isLast: level.index == levels.count - 1))
    }
    return blocks
  }

  /// Two layers, of which the first attends.
  private static func middleLayers(
    _ weights: WeightScope, _ level: UNetLevel, _ configuration: UNet3DConfiguration
  ) throws(WeightsError) -> [UNet3DLayer] {
    var layers: [UNet3DLayer] = []
    for index in 0..<2 {
      layers.append(
        try UNet3DLayer(
          weights, index, level: level, configuration: configuration, inputs: level.channels,
          attends: index == 0))
    }
    return layers
  }

  private static func upBlocks(
    _ weights: WeightScope, configuration: UNet3DConfiguration
  ) throws(WeightsError) -> [UNet3DUpBlock] {
    let levels = configuration.spatial.allLevels
    var blocks: [UNet3DUpBlock] = []
    for level in levels.reversed() {
      let number = blocks.count
      blocks.append(
        try UNet3DUpBlock(
          weights["up_blocks.\(number)"], number: number, level: level,
          configuration: configuration,
          inputs: levels[min(level.index + 1, levels.count - 1)].channels,
          skipInputs: levels[max(level.index - 1, 0)].channels))
    }
    return blocks
  }

  /// The input `timestep` [1, 320]: a timestep's sinusoid.
  public func timestepInput(_ timestep: Double) -> HostTensor {
    configuration.spatial.timesteps(timestep)
  }

  /// The input `positions` [frames, 320]: the sinusoids of the frames' places in the clip, condition frames included.
  ///
  /// Models with a ReferenceNet take frames as `motionSpeed` apart, upstream's 8 by default; `musev` as 1.
  public func positionsInput(frames: Int, motionSpeed: Double = 8) -> HostTensor {
    let spatial = configuration.spatial
    let speed = configuration.variant == .referenceNet ? motionSpeed : 1
    let values = (0..<frames).flatMap {
      spatial.timesteps((Double($0) * speed).rounded(.towardZero)).values
    }
    return HostTensor(shape: [frames, spatial.blockOutputChannels[0]], values: values)
  }

  /// Records the network.
  ///
  /// latents [B, F, 4, h, w] (condition frames clean and unscaled at their places), timestep [1, 320], positions [F, 320] ->
  /// what is predicted for them [B, F, 4, h, w]; what it says of condition frames means nothing. h and w may be odd at
  /// any level. Image prompts are for networks that were made for them, references for `.referenceNet`.
  public func callAsFunction(
    _ latents: Tensor, timestep: Tensor, positions: Tensor, conditions: ClipConditions
  ) -> Tensor {
    let (clips, frames) = (latents.shape[0], latents.shape[1])
    let context = context(
      clips: clips, frames: frames, timestep: timestep, positions: positions, conditions)
    let control = conditions.control
    var x = convIn(latents.reshape([clips * frames] + latents.shape[2...]))
    if let transformerIn, !conditions.skipsTemporalLayers {
      x = transformerIn(x, positions: context.positions)
    }
    var skips: [Tensor] = []
    x = descend(x, context, skips: &skips)
    if let control { skips = control.added(to: skips) }
    for layer in middleLayers { x = layer(x, context) }
    if let middleReference, let references = conditions.references {
      x = middleReference(x, reference: references.middle, frames: frames)
    }
    if let control { x = x + control.middle }
    for block in upBlocks { x = block(x, context, skips: &skips) }
    x = convOut(normOut(x).activation(.silu))
    return x.reshape([clips, frames] + x.shape[1...])
  }

  /// The way down, whose pictures go on the stack `skips`.
  private func descend(_ x: Tensor, _ context: ClipContext, skips: inout [Tensor]) -> Tensor {
    var x = x
    let features = context.conditions.references?.down ?? []
    if let firstReference, let first = features.first {
      x = firstReference(x, reference: first, frames: context.frames)
    }
    skips.append(x)
    for (index, block) in downBlocks.enumerated() {
      let chosen = configuration.references(ofBlock: index)
      x = block(x, context, features: features.isEmpty ? [] : features[chosen], skips: &skips)
    }
    return x
  }

  private func context(
    clips: Int, frames: Int, timestep: Tensor, positions: Tensor, _ conditions: ClipConditions
  ) -> ClipContext {
    let isReferenceNet = configuration.variant == .referenceNet
    precondition(
      (configuration.takesImage || conditions.image == nil)
        && (configuration.takesFace || conditions.face == nil)
        && (isReferenceNet || conditions.references == nil),
      "musev: the network was not made for these pictures")
    // A frame by itself has none to look at.
    let given = frames > 1 ? conditions.conditionFrames : []
    var time = timeEmbedding(timestep).activation(.silu)  // [1, timeChannels]
    if isReferenceNet && !given.isEmpty {
      let kept = (0..<clips * frames).map { given.contains($0 % frames) ? Float(0) : 1 }
      time = time * time.constant(Constant(HostTensor(shape: [clips * frames, 1], values: kept)))
    }
    var places = frameEmbedding(positions).activation(.silu)  // [F, positionWidth]
    // These models have one SiLU after the embedding, and all have one in each layer.
    if isReferenceNet { places = places.activation(.silu) }
    return ClipContext(
      conditions: conditions, time: time, positions: places,
      conditionFrames: given.isEmpty ? nil : ClipFrames(given, of: frames))
  }
}
