public import Compute
public import Face
public import Imaging
public import MediaTypes

/// Paints mouths with mini: crop, network, and composition over the source's own pixels.
///
/// Reuses its buffers from frame to frame, so one thread at a time may paint.
public final class MiniPainter: MouthPainter {
  private let plan: any CompiledPlan
  /// How much the inside of the mouth is sharpened.
  private let sharpening: Float
  private var inputs: [HostTensor]
  private var outputs: [HostTensor]

  /// Compiles `network` for `device`.
  ///
  /// - Throws: `ComputeError` when the device can't run the network.
  public convenience init(_ network: MiniPainterNetwork, device: any Device, precision: Precision)
    throws(ComputeError)
  {
    self.init(plan: try device.compile(network.plan(), precision: precision))
  }

  /// A painter with buffers of its own around a compiled `MiniPainterNetwork`, which several may share.
  ///
  /// `sharpening` is how much what it paints is sharpened, 0 not at all.
  public init(plan: any CompiledPlan, sharpening: Float = 0) {
    self.plan = plan
    self.sharpening = sharpening
    inputs = plan.signature.inputs.map { HostTensor(shape: $0.shape) }
    outputs = plan.signature.makeOutputs()
  }

  /// The precision that the device resolved.
  public var precision: Precision { plan.precision }

  /// What the network would paint on `face`, before the effect window.
  public func mouth(
    of frame: Frame, face: TrackedFace, articulation: Articulation
  ) throws -> PaintedMouth {
    inputs[0].values = frame.crop(face.crop, size: MiniPainterNetwork.cropSize)
    inputs[1].values = articulation.values
    try plan.run(inputs, into: &outputs)
    return PaintedMouth(
      flow: outputs[0].values, mask: outputs[1].values, inner: outputs[2].values)
  }

  /// Its network is too small to gain from more.
  public let batchSize = 1

  public func paint(_ moments: [PaintingMoment<TrackedFace, Articulation>]) throws -> [Frame] {
    try moments.map { moment in
      let face = moment.face
      let mouth = try mouth(of: moment.frame, face: face, articulation: moment.speech)
      let painted = try moment.canvas.composing(
        mouth, cropToImage: face.crop, strength: face.strength)
      return sharpening > 0 ? sharpened(painted, mouth, face) : painted
    }
  }

  private func sharpened(_ frame: Frame, _ mouth: PaintedMouth, _ face: TrackedFace) -> Frame {
    let (region, weights) = mouth.coverage(
      width: frame.width, height: frame.height, cropToImage: face.crop, strength: face.strength)
    return frame.sharpened(
      region, weights: weights, Sharpening(amount: sharpening, scale: face.crop.scale))
  }
}
