import Compute
import Layers
import Weights

// After diffusers 0.42, models/unets/unet_2d_blocks.py.

/// What all blocks of one autoencoder have in common.
struct AutoencoderKLLevel {
  /// Fixed in diffusers, whatever the configuration says of others.
  static let epsilon: Float = 1e-6

  let configuration: AutoencoderKLConfiguration
  let channels: Int

  func resnet(_ weights: WeightScope, inputs: Int) throws(WeightsError) -> ResnetBlock2D {
    try ResnetBlock2D(
      weights, inputs: inputs, outputs: channels, timeChannels: nil,
      groups: configuration.groups, epsilon: Self.epsilon)
  }

  func resnets(
    _ weights: WeightScope, inputs: Int, count: Int
  ) throws(WeightsError) -> [ResnetBlock2D] {
    var resnets: [ResnetBlock2D] = []
    for index in 0..<count {
      resnets.append(
        try resnet(weights["resnets.\(index)"], inputs: index == 0 ? inputs : channels))
    }
    return resnets
  }

  func norm(_ weights: WeightScope) throws(WeightsError) -> GroupNorm {
    try GroupNorm(
      weights, groups: configuration.groups, channels: channels, epsilon: Self.epsilon)
  }
}

/// DownEncoderBlock2D: residual blocks, then a halving that pads only on the right and below.
struct AutoencoderKLDownBlock: Sendable {
  private let resnets: [ResnetBlock2D]
  private let downsampler: Downsample2D?

  init(
    _ weights: WeightScope, level: AutoencoderKLLevel, inputs: Int, isLast: Bool
  ) throws(WeightsError) {
    resnets = try level.resnets(
      weights, inputs: inputs, count: level.configuration.layersPerBlock)
    downsampler =
      isLast
      ? nil
      : try Downsample2D(
        weights["downsamplers.0"], channels: level.channels,
        padding: Padding(top: 0, left: 0, bottom: 1, right: 1))
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    let x = resnets.reduce(x) { $1($0) }
    return downsampler?(x) ?? x
  }
}

/// UNetMidBlock2D: attention of the pixels to each other between two residual blocks.
struct AutoencoderKLMiddleBlock: Sendable {
  private let first: ResnetBlock2D
  private let attention: AttentionBlock2D?
  private let second: ResnetBlock2D

  init(_ weights: WeightScope, level: AutoencoderKLLevel) throws(WeightsError) {
    first = try level.resnet(weights["resnets.0"], inputs: level.channels)
    attention =
      level.configuration.middleAttends
      ? try AttentionBlock2D(
        weights["attentions.0"], channels: level.channels, groups: level.configuration.groups,
        epsilon: AutoencoderKLLevel.epsilon)
      : nil
    second = try level.resnet(weights["resnets.1"], inputs: level.channels)
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    let x = first(x)
    return second(attention?(x) ?? x)
  }
}

/// UpDecoderBlock2D: residual blocks, then a doubling.
struct AutoencoderKLUpBlock: Sendable {
  private let resnets: [ResnetBlock2D]
  private let upsampler: Upsample2D?

  init(
    _ weights: WeightScope, level: AutoencoderKLLevel, inputs: Int, isLast: Bool
  ) throws(WeightsError) {
    resnets = try level.resnets(
      weights, inputs: inputs, count: level.configuration.layersPerBlock + 1)
    upsampler = isLast ? nil : try Upsample2D(weights["upsamplers.0"], channels: level.channels)
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    let x = resnets.reduce(x) { $1($0) }
    return upsampler?(x) ?? x
  }
}
