import Compute
import Layers
import Weights

// After diffusers 0.42, models/unets/unet_2d_blocks.py.

/// What all blocks of one UNet have in common at one level.
struct UNetLevel {
  let configuration: UNetConfiguration
  let index: Int
  /// Width of an image prompt's tokens, nil where there are none.
  var image: Int?

  var channels: Int { configuration.blockOutputChannels[index] }
  var layers: Int { configuration.layersPerBlock[index] }

  func resnet(
    _ weights: WeightScope, inputs: Int, outputs: Int
  ) throws(WeightsError) -> ResnetBlock2D {
    try ResnetBlock2D(
      weights, inputs: inputs, outputs: outputs, timeChannels: configuration.timeChannels,
      groups: configuration.groups, epsilon: configuration.epsilon)
  }

  /// `image` and `face` are the widths of image prompts' tokens, nil where there are none.
  func transformer(
    _ weights: WeightScope, image: Int? = nil, face: Int? = nil
  ) throws(WeightsError) -> Transformer2D {
    try Transformer2D(
      weights, channels: channels, context: configuration.crossAttentionWidth[index],
      heads: configuration.heads[index], groups: configuration.groups,
      layers: configuration.transformerLayersPerBlock[index],
      linearProjection: configuration.linearProjection, image: image ?? self.image,
      face: face, epsilon: configuration.tokenEpsilon)
  }
}

/// DownBlock2D and CrossAttnDownBlock2D: residual blocks, each with its transformer if there are any, then a
/// halving.
struct UNetDownBlock: Sendable {
  private let resnets: [ResnetBlock2D]
  private let attentions: [Transformer2D]
  private let downsampler: Downsample2D?

  init(
    _ weights: WeightScope, level: UNetLevel, inputs: Int, attends: Bool, isLast: Bool
  ) throws(WeightsError) {
    var (resnets, attentions): ([ResnetBlock2D], [Transformer2D]) = ([], [])
    for index in 0..<level.layers {
      resnets.append(
        try level.resnet(
          weights["resnets.\(index)"], inputs: index == 0 ? inputs : level.channels,
          outputs: level.channels))
      if attends { attentions.append(try level.transformer(weights["attentions.\(index)"])) }
    }
    (self.resnets, self.attentions) = (resnets, attentions)
    downsampler =
      isLast ? nil : try Downsample2D(weights["downsamplers.0"], channels: level.channels)
  }

  /// Puts every intermediate picture on the stack `skips`.
  func callAsFunction(
    _ x: Tensor, time: Tensor, context: Tensor, image: ImagePrompt? = nil, skips: inout [Tensor]
  ) -> Tensor {
    var x = x
    for (index, resnet) in resnets.enumerated() {
      x = resnet(x, time: time)
      if !attentions.isEmpty { x = attentions[index](x, context: context, image: image) }
      skips.append(x)
    }
    if let downsampler {
      x = downsampler(x)
      skips.append(x)
    }
    return x
  }
}

/// UNetMidBlock2DCrossAttn: a transformer between two residual blocks.
struct UNetMiddleBlock: Sendable {
  private let first: ResnetBlock2D
  private let attentions: Transformer2D
  private let second: ResnetBlock2D

  init(_ weights: WeightScope, level: UNetLevel) throws(WeightsError) {
    let channels = level.channels
    first = try level.resnet(weights["resnets.0"], inputs: channels, outputs: channels)
    attentions = try level.transformer(weights["attentions.0"])
    second = try level.resnet(weights["resnets.1"], inputs: channels, outputs: channels)
  }

  func callAsFunction(
    _ x: Tensor, time: Tensor, context: Tensor, image: ImagePrompt? = nil
  ) -> Tensor {
    second(attentions(first(x, time: time), context: context, image: image), time: time)
  }
}

/// UpBlock2D and CrossAttnUpBlock2D: residual blocks over the picture and one from the way down, then a doubling.
struct UNetUpBlock: Sendable {
  private let resnets: [ResnetBlock2D]
  private let attentions: [Transformer2D]
  private let upsampler: Upsample2D?

  /// `inputs` comes from the block below, `skipInputs` is the width of the level above this one.
  init(
    _ weights: WeightScope, level: UNetLevel, inputs: Int, skipInputs: Int, attends: Bool,
    isLast: Bool
  ) throws(WeightsError) {
    var (resnets, attentions): ([ResnetBlock2D], [Transformer2D]) = ([], [])
    for index in 0...level.layers {
      let skip = index == level.layers ? skipInputs : level.channels
      resnets.append(
        try level.resnet(
          weights["resnets.\(index)"], inputs: (index == 0 ? inputs : level.channels) + skip,
          outputs: level.channels))
      if attends { attentions.append(try level.transformer(weights["attentions.\(index)"])) }
    }
    (self.resnets, self.attentions) = (resnets, attentions)
    upsampler = isLast ? nil : try Upsample2D(weights["upsamplers.0"], channels: level.channels)
  }

  /// Takes its pictures from the stack `skips`.
  func callAsFunction(
    _ x: Tensor, time: Tensor, context: Tensor, image: ImagePrompt? = nil, skips: inout [Tensor]
  ) -> Tensor {
    var x = x
    for (index, resnet) in resnets.enumerated() {
      x = resnet(Tensor.concatenate([x, skips.removeLast()], axis: 1), time: time)
      if !attentions.isEmpty { x = attentions[index](x, context: context, image: image) }
    }
    guard let upsampler, let next = skips.last else { return x }
    return upsampler(x, size: (next.shape[2], next.shape[3]))
  }
}
