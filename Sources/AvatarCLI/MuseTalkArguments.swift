public import ArgumentParser
public import Face
import Runtime

/// The options of `speak` that go with MuseTalk's models.
struct MuseTalkArguments: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Pixels by which the middle of the face box moves down: more opens the mouth (default: 0).",
      valueName: "pixels"))
  var boxShift: Int?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Pixels that the face box is longer at the chin, 0 to 40; 1.5 only (default: 10).",
      valueName: "pixels"))
  var extraMargin: Int?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "What is repainted: jaw, raw or neck (default: jaw; raw for 1.0).", valueName: "mode"))
  var parsingMode: FaceParsing.Mode?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Where the cheeks begin, 20 to 160 pixels from the middle of 512 (default: 90).",
      valueName: "pixels"))
  var cheekWidth: Int?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Size of the mask's blur, in sides of the square around the face (default: 0.05).",
      valueName: "ratio"))
  var maskBlur: Double?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Where in the height of that square painting begins (default: 0.5).", valueName: "ratio"))
  var upperBoundary: Double?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "A folder with another autoencoder: Stable Diffusion's, or the small and fast TAESD.",
      valueName: "folder"))
  var vae: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "mended, or upstream: as MuseTalk's own program does it, with its faults (default: mended).",
      valueName: "rules"))
  var compatibility: MuseTalkCompatibility?

  func validate() throws {
    try check(boxShift, in: MuseTalkOptions.boxShiftRange, "box-shift")
    try check(extraMargin, in: MuseTalkOptions.extraMarginRange, "extra-margin")
    try check(cheekWidth, in: MuseTalkOptions.cheekWidthRange, "cheek-width")
    try check(maskBlur, in: MuseTalkOptions.maskBlurRange, "mask-blur")
    try check(upperBoundary, in: MuseTalkOptions.upperBoundaryRange, "upper-boundary")
  }

  private func check<Value: Comparable>(
    _ value: Value?, in range: ClosedRange<Value>, _ option: String
  ) throws {
    guard let value, !range.contains(value) else { return }
    throw ValidationError(
      "--\(option) \(value): use \(range.lowerBound) to \(range.upperBound)")
  }

  /// Puts what was given into `request`.
  func apply(to request: inout SpeakRequest) { request.museTalk = options }

  var isEmpty: Bool { options == MuseTalkOptions() }

  /// What was given.
  var options: MuseTalkOptions {
    var options = MuseTalkOptions()
    options.boxShift = boxShift
    options.extraMargin = extraMargin
    options.parsingMode = parsingMode
    options.cheekWidth = cheekWidth
    options.maskBlur = maskBlur
    options.upperBoundary = upperBoundary
    options.autoencoder = vae
    options.compatibility = compatibility
    return options
  }
}

extension FaceParsing.Mode: ExpressibleByArgument {}
extension MuseTalkCompatibility: ExpressibleByArgument {}
