import Audio

/// The options of `speak` that only MuseTalk has; nil is the version's own value.
public struct MuseTalkOptions: Sendable, Equatable {
  /// How much is done as MuseTalk's own program does it.
  public enum Compatibility: String, Sendable, CaseIterable {
    /// Sound and picture stay together at any rate, faces at the picture's edge keep their shape, no frame is lost.
    case mended
    /// As upstream, faults included, for comparison with it.
    case upstream
  }

  /// Which parts of a head are repainted.
  public enum ParsingMode: String, Sendable, CaseIterable {
    /// Skin and mouth below the nose, widened downwards: version 1.5.
    case jaw
    /// Skin and mouth as they are found: version 1.0.
    case raw
    /// Those and the neck.
    case neck
  }

  public static let boxShiftRange = -200...200
  public static let extraMarginRange = 0...200
  public static let cheekWidthRange = 0...256
  public static let maskBlurRange = 0...100
  public static let upperBoundaryRange = 0...100

  /// Pixels by which the middle of the face box is moved down.
  public var boxShift: Int?
  /// Pixels that the face box is longer at the chin.
  public var extraMargin: Int?
  public var parsingMode: ParsingMode?
  /// Columns of 512 that each cheek's mask reaches from the middle.
  public var cheekWidth: Int?
  /// Width of the mask's soft edge in hundredths of the square around the face.
  public var maskBlur: Int?
  /// Hundredths of that square, from above, that stay as they are.
  public var upperBoundary: Int?
  /// A folder with another autoencoder: Stable Diffusion's or TAESD.
  public var autoencoder: String?
  public var compatibility: Compatibility?

  public init() {}

  /// The options that are given, as the command line names them.
  var given: [String] { words.map(\.0) }

  /// Option and value of all that are given.
  var words: [(String, String)] {
    [
      ("--box-shift", boxShift.map(String.init)), ("--extra-margin", extraMargin.map(String.init)),
      ("--parsing-mode", parsingMode?.rawValue), ("--cheek-width", cheekWidth.map(String.init)),
      ("--mask-blur", maskBlur.map(String.init)),
      ("--upper-boundary", upperBoundary.map(String.init)), ("--vae", autoencoder),
      ("--compatibility", compatibility?.rawValue),
    ].compactMap { option, value in value.map { (option, $0) } }
  }
}

/// The options with the version's own values where none were given.
struct MuseTalkSettings {
  let boxShift: Int
  let extraMargin: Int
  let parsingMode: MuseTalkOptions.ParsingMode
  let cheekWidth: Int
  let maskBlur: Int
  let upperBoundary: Int
  let compatibility: MuseTalkOptions.Compatibility

  /// Upstream's values for version 1.0 or 1.5.
  init(_ options: MuseTalkOptions, isVersion10: Bool) {
    boxShift = options.boxShift ?? 0
    extraMargin = options.extraMargin ?? (isVersion10 ? 0 : 10)
    parsingMode = options.parsingMode ?? (isVersion10 ? .raw : .jaw)
    cheekWidth = options.cheekWidth ?? (isVersion10 ? 80 : 90)
    maskBlur = options.maskBlur ?? 5
    upperBoundary = options.upperBoundary ?? 50
    compatibility = options.compatibility ?? .mended
  }

  var windowRules: SpeechWindowLayout.Rules { compatibility == .upstream ? .upstream : .mended }

  /// Everything that decides the output's bytes.
  var key: String {
    "box \(boxShift) \(extraMargin) mask \(parsingMode.rawValue) \(cheekWidth) \(maskBlur) \(upperBoundary) "
      + "compatibility \(compatibility.rawValue)"
  }
}
