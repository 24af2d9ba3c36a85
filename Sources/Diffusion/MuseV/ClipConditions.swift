public import Compute
public import Layers

/// Everything that MuseV's UNet looks at beside the latents: B clips of F frames each.
public struct ClipConditions: Sendable {
  /// The text's embedding [B, L, 768].
  public var text: Tensor
  /// Tokens of an image prompt [B, T, 768].
  public var image: ImagePrompt?
  /// Tokens of a face [B, T, 768], beside them.
  public var face: ImagePrompt?
  /// What a ReferenceNet sees in B * R reference pictures, R a clip.
  public var references: EncoderFeatures?
  /// What a ControlNet adds to each of the B * F frames.
  public var control: EncoderFeatures?
  /// Positions of the frames that are given, not made: their latents are clean.
  public var conditionFrames: [Int]
  /// Whether frames are made without looking at each other's, as upstream makes a first frame.
  public var skipsTemporalLayers: Bool

  public init(
    text: Tensor, image: ImagePrompt? = nil, face: ImagePrompt? = nil,
    references: EncoderFeatures? = nil, control: EncoderFeatures? = nil,
    conditionFrames: [Int] = [], skipsTemporalLayers: Bool = false
  ) {
    self.text = text
    self.image = image
    self.face = face
    self.references = references
    self.control = control
    self.conditionFrames = conditionFrames
    self.skipsTemporalLayers = skipsTemporalLayers
  }
}

/// What the first half of a UNet makes of pictures.
///
/// For Stable Diffusion 1.x and latents of h x w: `down` has [N, 320, h, w] three times, then half the size and [N, 320],
/// twice [N, 640], and so on, 12 in all; the middle is [N, 1280, h / 8, w / 8], rounded up.
public struct EncoderFeatures: Sendable {
  public var down: [Tensor]
  public var middle: Tensor

  public init(down: [Tensor], middle: Tensor) {
    self.down = down
    self.middle = middle
  }

  /// The pictures `skips` of a way down, with these added to them.
  func added(to skips: [Tensor]) -> [Tensor] {
    precondition(down.count == skips.count, "\(down.count) residuals for \(skips.count) pictures")
    return zip(skips, down).map { $0 + $1 }
  }
}
