public import Face
public import MediaTypes
import Imaging

/// Paints mouths with MuseTalk: latents of the source's face, networks, and pasting through a mask of the face's parts.
///
/// Reuses its buffers, so one thread at a time may paint.
public final class MuseTalkPainter: MouthPainter {
  private let networks: MuseTalkFacePainter
  private let preparation: FacePreparation
  private let sharpening: Float

  /// `sharpening` is how much what is pasted is sharpened, 0 not at all.
  public init(
    _ networks: MuseTalkFacePainter, preparation: FacePreparation, sharpening: Float = 0
  ) {
    (self.networks, self.preparation, self.sharpening) = (networks, preparation, sharpening)
  }

  public var batchSize: Int { networks.batchSize }

  /// `speech` is a frame's audio tokens [50, 384].
  public func paint(_ moments: [PaintingMoment<PlacedFace, [Float]>]) throws -> [Frame] {
    let latents = try moments.map {
      try preparation.latents(of: $0.frame, index: $0.sourceIndex, face: $0.face)
    }
    let faces = try networks.faces(latents: latents, audio: moments.map(\.speech))
    let size = MuseTalkNetworks.faceSize
    return try zip(moments, faces).map { moment, face in
      let mask = try preparation.mask(
        of: moment.frame, index: moment.sourceIndex, face: moment.face)
      let painted = try mask.paste(
        BytePicture(width: size, height: size, channels: 3, samples: face), onto: moment.canvas,
        chroma: preparation.settings.geometry.chroma)
      return sharpening > 0 ? mask.sharpening(painted, amount: sharpening) : painted
    }
  }
}
