public import Face
public import MediaTypes
import Imaging

/// Paints mouths with MuseTalk: crop, networks, and pasting through a mask of the face's parts.
///
/// Reuses its buffers, so one thread at a time may paint.
public final class MuseTalkPainter: MouthPainter {
  /// What is cut out, which parts are repainted, and how softly.
  public struct Settings: Sendable {
    public var geometry: MuseTalkGeometry
    public var parsing: FaceParsing
    public var mask: PasteMask.Settings

    public init(geometry: MuseTalkGeometry, parsing: FaceParsing, mask: PasteMask.Settings) {
      (self.geometry, self.parsing, self.mask) = (geometry, parsing, mask)
    }
  }

  private let networks: MuseTalkFacePainter
  private let parser: FaceParser
  private let settings: Settings
  private let latents: LatentFile
  /// Of the source picture that was painted last: a source of fewer frames shows it several times in a row.
  private var lastMask: (sourceIndex: Int, mask: PasteMask)?

  /// Latents of the source's pictures are kept at `latentPath` for when they come again.
  public init(
    _ networks: MuseTalkFacePainter, parser: FaceParser, settings: Settings, latentPath: String
  ) {
    self.networks = networks
    self.parser = parser
    self.settings = settings
    latents = LatentFile(path: latentPath, valueCount: networks.latentCount)
  }

  public var batchSize: Int { networks.batchSize }

  /// `speech` is a frame's audio tokens [50, 384].
  public func paint(_ moments: [PaintingMoment<PlacedFace, [Float]>]) throws -> [Frame] {
    let faces = try networks.faces(
      latents: moments.map(latents(of:)), audio: moments.map(\.speech))
    let size = MuseTalkNetworks.faceSize
    return try zip(moments, faces).map { moment, face in
      try mask(of: moment).paste(
        BytePicture(width: size, height: size, channels: 3, samples: face), onto: moment.frame,
        chroma: settings.geometry.chroma)
    }
  }

  private func latents(of moment: PaintingMoment<PlacedFace, [Float]>) throws -> [Float] {
    if let known = latents.latents(of: moment.sourceIndex) { return known }
    let crop = try settings.geometry.crop(of: moment.frame, moment.face.box)
    let found = try networks.latents(of: crop.samples)
    latents.keep(found, for: moment.sourceIndex)
    return found
  }

  private func mask(of moment: PaintingMoment<PlacedFace, [Float]>) throws -> PasteMask {
    if let lastMask, lastMask.sourceIndex == moment.sourceIndex { return lastMask.mask }
    let square = moment.frame.pixels(
      in: PasteMask.square(around: moment.face.box), chroma: settings.geometry.chroma)
    let parsed = try settings.parsing.parse(logits: parser.logits(of: square))
    let mask = try PasteMask(
      parsed, box: moment.face.box, settings: settings.mask, strength: moment.face.strength)
    lastMask = (moment.sourceIndex, mask)
    return mask
  }
}
