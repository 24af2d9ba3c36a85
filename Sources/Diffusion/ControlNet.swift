public import Compute
import Layers
public import Weights

// After diffusers 0.42, models/controlnets/controlnet.py.

/// A ControlNet of Stable Diffusion 1.x: what a picture of a pose, of depth or of edges adds to a UNet.
public struct ControlNet: Sendable {
  public let configuration: ControlNetConfiguration
  private let encoder: UNetEncoder
  private let hints: [Conv2d]
  private let down: [Conv2d]
  private let middle: Conv2d

  /// Takes the network's tensors, under diffusers' names, from `weights`.
  ///
  /// Throws `WeightsError.missing`, `.foreign` or `.shape`. Unused tensors are the caller's to report.
  public init(
    _ weights: WeightScope, configuration: ControlNetConfiguration = .init()
  ) throws(WeightsError) {
    self.configuration = configuration
    encoder = try UNetEncoder(weights, configuration: configuration.spatial)
    hints = try Self.hints(weights["controlnet_cond_embedding"], configuration)
    var down: [Conv2d] = []
    for channels in configuration.spatial.downChannels {
      down.append(
        try Conv2d(
          weights["controlnet_down_blocks.\(down.count)"], inputs: channels, outputs: channels,
          kernel: 1))
    }
    self.down = down
    let deepest = configuration.spatial.middleChannels
    middle = try Conv2d(
      weights["controlnet_mid_block"], inputs: deepest, outputs: deepest, kernel: 1)
  }

  /// The convolutions that bring the control picture to the latents' size: one into it, two a width (the second to the
  /// next width, at half the size), and one out of it.
  private static func hints(
    _ weights: WeightScope, _ configuration: ControlNetConfiguration
  ) throws(WeightsError) -> [Conv2d] {
    func conv(
      _ name: String, _ inputs: Int, _ outputs: Int, stride: Int = 1
    ) throws(WeightsError) -> Conv2d {
      try Conv2d(
        weights[name], inputs: inputs, outputs: outputs, kernel: 3, stride: stride,
        padding: Padding(1))
    }
    let widths = configuration.hintChannels
    var layers = [try conv("conv_in", configuration.pictureChannels, widths[0])]
    for (index, (width, next)) in zip(widths, widths.dropFirst()).enumerated() {
      layers.append(try conv("blocks.\(2 * index)", width, width))
      layers.append(try conv("blocks.\(2 * index + 1)", width, next, stride: 2))
    }
    let channels = configuration.spatial.blockOutputChannels[0]
    return layers + [try conv("conv_out", widths[widths.count - 1], channels)]
  }

  /// The input `timestep` [1, 320]: a timestep's sinusoid.
  public func timestepInput(_ timestep: Double) -> HostTensor { encoder.timesteps(timestep) }

  /// Records the network.
  ///
  /// latents [N, 4, h, w], timestep [1, 320], context [M, S, 768] where M divides N, control [N, 3, 8 h, 8 w] in [0, 1] -> what
  /// is added to a UNet's pictures, times `scale`.
  public func callAsFunction(
    _ latents: Tensor, timestep: Tensor, context: Tensor, control: Tensor, scale: Float = 1
  ) -> EncoderFeatures {
    var hint = control
    for layer in hints.dropLast() { hint = layer(hint).activation(.silu) }
    let seen = encoder(
      encoder.convIn(latents) + hints[hints.count - 1](hint), time: encoder.time(timestep),
      context: context)
    func scaled(_ x: Tensor) -> Tensor { scale == 1 ? x : x.affine(scale: scale) }
    return EncoderFeatures(
      down: zip(down, seen.down).map { scaled($0($1)) }, middle: scaled(middle(seen.middle)))
  }
}

/// The shape of a ControlNet, as diffusers writes it to `config.json`.
public struct ControlNetConfiguration: Sendable, Equatable {
  public var spatial: UNetConfiguration
  /// Channels of the control picture.
  public var pictureChannels: Int
  /// Widths of the convolutions over the control picture; its size is halved between two of them.
  public var hintChannels: [Int]
  /// Whether of every picture that it gives only the mean is added, channel by channel, and only where there is a prompt: it then tells of
  /// what the control picture has in it, not of where.
  public var poolsGlobally = false

  /// How many times wider and higher than the latents the control picture is.
  public var pictureScale: Int { 1 << (hintChannels.count - 1) }

  private struct Fields: Decodable {
    var conditioning_channels: Int?
    var conditioning_embedding_out_channels: [Int]?
    var global_pool_conditions: Bool?
  }

  /// By default the published sizes of Stable Diffusion 1.x.
  public init(spatial: UNetConfiguration = .stableDiffusion1) {
    self.spatial = spatial
    pictureChannels = 3
    hintChannels = [16, 32, 96, 256]
  }

  /// Reads and checks a `config.json` of class `ControlNetModel`; throws `WeightsError.configuration`.
  public init(_ file: ConfigurationFile) throws(WeightsError) {
    self.init(
      spatial: try UNetConfiguration(
        file, className: "ControlNetModel", isEncoder: true,
        ignored: [
          "conditioning_channels", "conditioning_embedding_out_channels", "global_pool_conditions",
        ],
        harmless: ["controlnet_conditioning_channel_order": [.string("rgb")]]))
    let fields = try file.decode(Fields.self)
    pictureChannels = fields.conditioning_channels ?? pictureChannels
    hintChannels = fields.conditioning_embedding_out_channels ?? hintChannels
    poolsGlobally = fields.global_pool_conditions ?? false
    let sizes = hintChannels + [pictureChannels]
    guard (1...8).contains(hintChannels.count), sizes.allSatisfy((1...65_536).contains) else {
      throw .configuration(
        file: file.name,
        reason: "\"conditioning_embedding_out_channels\" is \(hintChannels) for "
          + "\(pictureChannels) channels")
    }
  }
}
