public import Face
public import MediaTypes
import Imaging

/// What MuseTalk makes of a film's faces whatever is said: latents, and masks for pasting.
///
/// Each is made once. Networks are opened when they are needed for the first time. One thread at a time.
public final class FacePreparation {
  /// What is cut out, which parts are repainted, and how softly.
  public struct Settings: Hashable, Sendable {
    public var geometry: MuseTalkGeometry
    public var parsing: FaceParsing
    public var mask: PasteMask.Settings

    public init(geometry: MuseTalkGeometry, parsing: FaceParsing, mask: PasteMask.Settings) {
      (self.geometry, self.parsing, self.mask) = (geometry, parsing, mask)
    }
  }

  let settings: Settings
  private let networks: MuseTalkFacePainter
  private let openParser: () throws -> FaceParser
  private var parser: FaceParser?
  private let known: PreparedFaces?
  private let made: PreparedFaces
  /// Of the picture that was asked for last: a source of fewer frames shows it several times in a row.
  private var lastMask: (sourceIndex: Int, mask: PasteMask)?

  /// - Parameters:
  ///   - networks: Its encoder makes the latents.
  ///   - parser: Opens the network that names the parts of a face.
  ///   - settings: What is cut out and pasted.
  ///   - known: What was prepared earlier.
  ///   - made: Where the rest is kept.
  public init(
    _ networks: MuseTalkFacePainter, parser: @escaping () throws -> FaceParser, settings: Settings,
    known: PreparedFaces? = nil, made: PreparedFaces
  ) {
    self.networks = networks
    openParser = parser
    (self.settings, self.known, self.made) = (settings, known, made)
  }

  /// Makes what there is to make of `face` in `frame`, the source's picture `index`.
  public func prepare(_ frame: Frame, index: Int, face: PlacedFace) throws {
    _ = try latents(of: frame, index: index, face: face)
    _ = try mask(of: frame, index: index, face: face)
  }

  func latents(of frame: Frame, index: Int, face: PlacedFace) throws -> [Float] {
    let count = networks.latentCount
    if let found = known?.latents(of: index, count: count) ?? made.latents(of: index, count: count)
    {
      return found
    }
    let crop = try settings.geometry.crop(of: frame, face.box)
    let found = try networks.latents(of: crop.samples)
    made.keep(found, for: index)
    return found
  }

  func mask(of frame: Frame, index: Int, face: PlacedFace) throws -> PasteMask {
    if let lastMask, lastMask.sourceIndex == index { return lastMask.mask }
    let mask =
      try known?.mask(of: index, box: face.box) ?? made.mask(of: index, box: face.box)
      ?? newMask(frame, index: index, face: face)
    lastMask = (index, mask)
    return mask
  }

  private func newMask(_ frame: Frame, index: Int, face: PlacedFace) throws -> PasteMask {
    let parser = try parser ?? openParser()
    self.parser = parser
    let square = frame.pixels(
      in: PasteMask.square(around: face.box), chroma: settings.geometry.chroma)
    let parsed = try settings.parsing.parse(logits: parser.logits(of: square))
    let mask = try PasteMask(
      parsed, box: face.box, settings: settings.mask, strength: face.strength)
    made.keep(mask, for: index)
    return mask
  }
}
