public import Compute
public import Diffusion
import Foundation
public import MediaTypes

// After MuseTalk 0a89dec, musetalk/models/unet.py and vae.py.

/// MuseTalk's networks: an autoencoder whose latents a UNet repaints, told by audio tokens what the mouth does.
public struct MuseTalkNetworks: Sendable {
  /// Height and width of the face that is repainted.
  public static let faceSize = 256

  private let unet: UNet2DCondition
  private let autoencoder: LatentAutoencoder
  private let tokens: (count: Int, width: Int)

  /// Puts the networks together.
  ///
  /// `tokens` is how many audio tokens a frame has, and their width. Throws `MuseTalkError.misfit` where the networks do
  /// not go together.
  public init(
    unet: UNet2DCondition, autoencoder: LatentAutoencoder, tokens: (count: Int, width: Int)
  ) throws(MuseTalkError) {
    (self.unet, self.autoencoder, self.tokens) = (unet, autoencoder, tokens)
    let configuration = unet.configuration
    func require(_ what: String, _ found: Int, _ wanted: Int) throws(MuseTalkError) {
      guard found == wanted else { throw .misfit("\(what) \(found), not \(wanted)") }
    }
    try require(
      "channels that the UNet takes:", configuration.inputChannels, 2 * autoencoder.channels)
    try require("channels that the UNet gives:", configuration.outputChannels, autoencoder.channels)
    try require("the UNet hears tokens of width", configuration.contextWidth, tokens.width)
    for count in autoencoder.pictureChannels {
      try require("channels of the autoencoder's pictures:", count, 3)
    }
    guard Self.faceSize % autoencoder.reduction == 0 else {
      throw .misfit("the autoencoder reduces pictures \(autoencoder.reduction) times")
    }
    let side = decoderPlan().signature.outputs[0].shape[3]
    try require("side of the autoencoder's pictures:", side, Self.faceSize)
  }

  private var latentShape: [Int] {
    let side = Self.faceSize / autoencoder.reduction
    return [autoencoder.channels, side, side]
  }

  /// Records the encoder: `image` [1, 3, 256, 256] in [-1, 1] -> `latents` [1, 4, 32, 32], the mode of their distribution,
  /// scaled.
  public func encoderPlan() -> Plan {
    let recorder = PlanRecorder(name: "musetalk-encoder")
    let image = recorder.input("image", [1, 3, Self.faceSize, Self.faceSize])
    recorder.output("latents", autoencoder.encode(image))
    return recorder.finish()
  }

  /// Records the UNet for `batch` frames: `latents` [N, 8, 32, 32], of the masked and the whole face, and `audio`
  /// [N, 50, 384] -> `painted` [N, 4, 32, 32], the painted face's latents.
  public func unetPlan(batch: Int) -> Plan {
    let recorder = PlanRecorder(name: "musetalk-unet")
    let channels = [batch, 2 * latentShape[0]]
    let latents = recorder.input("latents", channels + latentShape.dropFirst())
    let audio = recorder.input("audio", [batch, tokens.count, tokens.width])
    let positions = audio.constant(Constant(Self.positions(tokens)))
    recorder.output("painted", unet(latents, timestep: 0, context: audio + positions))
    return recorder.finish()
  }

  /// Records the decoder: `latents` [1, 4, 32, 32] -> `image` [1, 3, 256, 256] from 0 to 255, not yet rounded.
  public func decoderPlan() -> Plan {
    let recorder = PlanRecorder(name: "musetalk-decoder")
    let image = autoencoder.decode(recorder.input("latents", [1] + latentShape))
    recorder.output(
      "image", image.affine(scale: 0.5, shift: 0.5).clamp(to: 0...1).affine(scale: 255))
    return recorder.finish()
  }

  /// Sines in even and cosines in odd columns, their periods from 2 pi to 10,000 times that.
  static func positions(_ tokens: (count: Int, width: Int)) -> HostTensor {
    var table = HostTensor(shape: [1, tokens.count, tokens.width])
    let step = Float(-log(10_000) / Double(tokens.width))
    for token in 0..<tokens.count {
      for column in 0..<tokens.width {
        let angle = Float(token) * exp(Float(column & ~1) * step)
        table.values[token * tokens.width + column] = column % 2 == 0 ? sin(angle) : cos(angle)
      }
    }
    return table
  }
}

/// What can go wrong between MuseTalk's networks.
public enum MuseTalkError: AvatarError, Equatable {
  /// Parts that do not belong to one model.
  case misfit(String)
  /// The networks gave values that are not numbers.
  case notFinite

  public var description: String {
    switch self {
    case .misfit(let what):
      "unusable MuseTalk model, \(what): take all parts from one release"
    case .notFinite:
      "MuseTalk's networks gave values that are not finite: check the weights, or use --precision fp32"
    }
  }

  public var exitCode: ExitCode {
    switch self {
    case .misfit: .badInput
    case .notFinite: .internalError
    }
  }
}
