import Compute
import Layers
import Weights

// After TMElyralab/MuseV 43370a6, musev/models/unet_3d_blocks.py.

/// What all layers of MuseV's UNet take in one recording.
struct ClipContext {
  let conditions: ClipConditions
  /// The timestep [1 or B * F, timeChannels] after its SiLU.
  let time: Tensor
  /// The frames' positions [F, positionWidth] after their SiLU.
  let positions: Tensor
  /// The condition frames where there are any that others can look at.
  let conditionFrames: ClipFrames?

  var frames: Int { positions.shape[0] }
}

/// A residual block, a convolution over time, a transformer and one over time; the transformers where it attends.
struct UNet3DLayer: Sendable {
  private let resnet: ResnetBlock2D
  private let temporalConvolution: TemporalConvolution
  private let transformer: Transformer2D?
  private let temporalTransformer: TemporalTransformer?

  init(
    _ block: WeightScope, _ index: Int, level: UNetLevel, configuration: UNet3DConfiguration,
    inputs: Int, attends: Bool
  ) throws(WeightsError) {
    let groups = level.configuration.groups
    resnet = try level.resnet(block["resnets.\(index)"], inputs: inputs, outputs: level.channels)
    temporalConvolution = try TemporalConvolution(
      block["temp_convs.\(index)"], channels: level.channels, groups: groups)
    guard attends else {
      (transformer, temporalTransformer) = (nil, nil)
      return
    }
    transformer = try level.transformer(
      block["attentions.\(index)"], image: configuration.imageWidth,
      face: configuration.faceWidth)
    temporalTransformer = try TemporalTransformer(
      block["temp_attentions.\(index)"], channels: level.channels,
      positions: configuration.positionWidth, heads: level.configuration.heads[level.index],
      groups: groups, epsilon: level.configuration.tokenEpsilon)
  }

  func callAsFunction(_ x: Tensor, _ context: ClipContext) -> Tensor {
    let conditions = context.conditions
    var x = resnet(x, time: context.time)
    if !conditions.skipsTemporalLayers { x = temporalConvolution(x, frames: context.frames) }
    guard let transformer, let temporalTransformer else { return x }
    x = transformer(
      x, context: conditions.text, image: conditions.image, face: conditions.face,
      conditionFrames: context.conditionFrames)
    return conditions.skipsTemporalLayers
      ? x : temporalTransformer(x, positions: context.positions)
  }
}

/// CrossAttnDownBlock3D and DownBlock3D: layers, then a halving; each is followed by a look at a reference picture.
struct UNet3DDownBlock: Sendable {
  private let layers: [UNet3DLayer]
  private let downsampler: Downsample2D?
  private let references: [ReferenceAttention]

  init(
    _ weights: WeightScope, level: UNetLevel, configuration: UNet3DConfiguration, inputs: Int,
    isLast: Bool
  ) throws(WeightsError) {
    var layers: [UNet3DLayer] = []
    for index in 0..<level.layers {
      layers.append(
        try UNet3DLayer(
          weights, index, level: level, configuration: configuration,
          inputs: index == 0 ? inputs : level.channels,
          attends: level.configuration.downBlocks[level.index] == .crossAttention))
    }
    self.layers = layers
    downsampler =
      isLast ? nil : try Downsample2D(weights["downsamplers.0"], channels: level.channels)
    var references: [ReferenceAttention] = []
    if configuration.variant == .referenceNet {
      for index in 0..<level.layers + (isLast ? 0 : 1) {
        references.append(
          try ReferenceAttention(
            weights["refer_emb_attns.\(index)"], channels: level.channels,
            heads: level.configuration.heads[level.index]))
      }
    }
    self.references = references
  }

  /// Puts every intermediate picture on the stack `skips`.
  ///
  /// `features` are the reference's for this block, in order.
  func callAsFunction(
    _ x: Tensor, _ context: ClipContext, features: ArraySlice<Tensor>, skips: inout [Tensor]
  ) -> Tensor {
    var (x, features) = (x, features)
    func finish(_ made: Tensor, _ index: Int) -> Tensor {
      guard let feature = features.popFirst() else { return made }
      return references[index](made, reference: feature, frames: context.frames)
    }
    for (index, layer) in layers.enumerated() {
      x = finish(layer(x, context), index)
      skips.append(x)
    }
    if let downsampler {
      x = finish(downsampler(x), layers.count)
      skips.append(x)
    }
    return x
  }
}

/// CrossAttnUpBlock3D and UpBlock3D: layers over the picture and one from the way down, then a doubling.
struct UNet3DUpBlock: Sendable {
  private let layers: [UNet3DLayer]
  private let upsampler: Upsample2D?

  /// `inputs` comes from the block below, `skipInputs` is the width of the level above this one.
  init(
    _ weights: WeightScope, number: Int, level: UNetLevel, configuration: UNet3DConfiguration,
    inputs: Int, skipInputs: Int
  ) throws(WeightsError) {
    var layers: [UNet3DLayer] = []
    for index in 0...level.layers {
      let skip = index == level.layers ? skipInputs : level.channels
      layers.append(
        try UNet3DLayer(
          weights, index, level: level, configuration: configuration,
          inputs: (index == 0 ? inputs : level.channels) + skip,
          attends: level.configuration.upBlocks[number] == .crossAttention))
    }
    self.layers = layers
    upsampler =
      level.index == 0 ? nil : try Upsample2D(weights["upsamplers.0"], channels: level.channels)
  }

  /// Takes its pictures from the stack `skips`.
  func callAsFunction(_ x: Tensor, _ context: ClipContext, skips: inout [Tensor]) -> Tensor {
    var x = x
    for layer in layers {
      x = layer(Tensor.concatenate([x, skips.removeLast()], axis: 1), context)
    }
    guard let upsampler, let next = skips.last else { return x }
    return upsampler(x, size: (next.shape[2], next.shape[3]))
  }
}
