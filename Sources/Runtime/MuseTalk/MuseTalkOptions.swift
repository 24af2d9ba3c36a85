public import Face
import LipSync

/// The options of `speak` that only MuseTalk has; nil is the version's own value.
public struct MuseTalkOptions: Sendable, Equatable, Codable {
  public static let boxShiftRange = -200...200
  public static let extraMarginRange = MuseTalkGeometry.extraMargins
  public static let cheekWidthRange = FaceParsing.cheekWidths
  public static let maskBlurRange = PasteMask.Settings.blurRatios
  public static let upperBoundaryRange = PasteMask.Settings.upperBoundaryRatios

  /// Pixels by which the middle of the face box is moved down.
  public var boxShift: Int?
  /// Pixels that the face box is longer at the chin; version 1.5 only.
  public var extraMargin: Int?
  /// Which parts of a head are repainted.
  public var parsingMode: FaceParsing.Mode?
  /// How far from the middle the cheeks begin, in 512ths of the square around the face.
  public var cheekWidth: Int?
  /// Size of the mask's blur in sides of that square.
  public var maskBlur: Double?
  /// Where in the height of that square painting begins.
  public var upperBoundary: Double?
  /// A folder with another autoencoder: Stable Diffusion's or TAESD.
  public var autoencoder: String?
  public var compatibility: MuseTalkCompatibility?

  public init() {}

  /// These, and for those that are not given `others`.
  func filled(from others: MuseTalkOptions) -> MuseTalkOptions {
    var result = self
    result.boxShift = boxShift ?? others.boxShift
    result.extraMargin = extraMargin ?? others.extraMargin
    result.parsingMode = parsingMode ?? others.parsingMode
    result.cheekWidth = cheekWidth ?? others.cheekWidth
    result.maskBlur = maskBlur ?? others.maskBlur
    result.upperBoundary = upperBoundary ?? others.upperBoundary
    result.autoencoder = autoencoder ?? others.autoencoder
    result.compatibility = compatibility ?? others.compatibility
    return result
  }

  /// Option and value, as the command line has them, of all that are given.
  var words: [(option: String, value: String)] {
    [
      ("--box-shift", boxShift.map(String.init)), ("--extra-margin", extraMargin.map(String.init)),
      ("--parsing-mode", parsingMode?.rawValue), ("--cheek-width", cheekWidth.map(String.init)),
      ("--mask-blur", maskBlur.map { "\($0)" }),
      ("--upper-boundary", upperBoundary.map { "\($0)" }),
      ("--vae", autoencoder), ("--compatibility", compatibility?.rawValue),
    ].compactMap { option, value in value.map { (option, $0) } }
  }
}

/// The options with the version's own values where none were given.
struct MuseTalkSettings {
  let preparation: FacePreparation.Settings

  /// Upstream's values for the version.
  init(_ options: MuseTalkOptions, version: MuseTalkGeometry.Version) {
    let compatibility = options.compatibility ?? .mended
    let cheekWidth = options.cheekWidth ?? 90
    let mask = PasteMask.Settings()
    preparation = FacePreparation.Settings(
      geometry: MuseTalkGeometry(
        version: version, boxShift: options.boxShift ?? 0, extraMargin: options.extraMargin ?? 10,
        compatibility: compatibility),
      parsing: FaceParsing(
        mode: options.parsingMode ?? (version == .v1_0 ? .raw : .jaw), leftCheekWidth: cheekWidth,
        rightCheekWidth: cheekWidth, compatibility: compatibility),
      mask: PasteMask.Settings(
        upperBoundaryRatio: options.upperBoundary ?? mask.upperBoundaryRatio,
        blurRatio: options.maskBlur ?? mask.blurRatio))
  }

  var geometry: MuseTalkGeometry { preparation.geometry }
  var compatibility: MuseTalkCompatibility { geometry.compatibility }

  /// Tells one choice of values from another.
  var key: String {
    let (parsing, mask) = (preparation.parsing, preparation.mask)
    return """
      \(geometry.version.rawValue) \(compatibility.rawValue) shift \(geometry.boxShift) margin \(geometry.extraMargin) \
      parsing \(parsing.mode.rawValue) cheeks \(parsing.leftCheekWidth) \(parsing.rightCheekWidth) \
      blur \(mask.blurRatio) boundary \(mask.upperBoundaryRatio)
      """
  }
}
