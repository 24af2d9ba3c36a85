public import Compute

/// An autoencoder as painters of latents see it: pictures in [-1, 1] to the latents that a UNet works on, and back.
public struct LatentAutoencoder: Sendable {
  /// Channels of a picture's latents.
  public let channels: Int
  /// Pixels along one edge of a latent.
  public let reduction: Int
  /// Channels of the pictures, in and out.
  public let pictureChannels: [Int]
  /// Records: image [N, 3, H, W] -> the mode of its latents [N, channels, H / reduction, W / reduction], scaled.
  public let encode: @Sendable (Tensor) -> Tensor
  /// Records: scaled latents -> image, about [-1, 1] and not clamped.
  public let decode: @Sendable (Tensor) -> Tensor

  /// Stable Diffusion's autoencoder.
  public init(_ encoder: AutoencoderKLEncoder, _ decoder: AutoencoderKLDecoder) {
    let configuration = decoder.configuration
    let (scale, shift) = (configuration.scalingFactor, configuration.shiftFactor)
    channels = configuration.latentChannels
    reduction = configuration.reduction
    pictureChannels = [configuration.inputChannels, configuration.outputChannels]
    encode = { encoder($0).mean.affine(scale: scale, shift: -shift * scale) }
    decode = { decoder($0.affine(scale: 1 / scale, shift: shift)) }
  }

  /// Its small stand-in, TAESD, whose latents are scaled as they are.
  public init(_ encoder: AutoencoderTinyEncoder, _ decoder: AutoencoderTinyDecoder) {
    let configuration = decoder.configuration
    channels = configuration.latentChannels
    reduction = 1 << (configuration.encoderBlocks.count - 1)
    pictureChannels = [configuration.inputChannels, configuration.outputChannels]
    encode = { encoder($0) }
    decode = { decoder($0) }
  }
}
