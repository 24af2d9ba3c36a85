public import ArgumentParser
public import Runtime

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
      "Pixels that the face box is longer at the chin (default: 10; 0 for 1.0).",
      valueName: "pixels"))
  var extraMargin: Int?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "What is repainted: jaw, raw or neck (default: jaw; raw for 1.0).", valueName: "mode"))
  var parsingMode: MuseTalkOptions.ParsingMode?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "How far the mask reaches into the cheeks, 0 to 256 (default: 90).", valueName: "columns"))
  var cheekWidth: Int?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Width of the mask's soft edge, in hundredths of the square around the face (default: 5).",
      valueName: "percent"))
  var maskBlur: Int?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "How much of that square, from above, stays as it is (default: 50).", valueName: "percent"))
  var upperBoundary: Int?

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
  var compatibility: MuseTalkOptions.Compatibility?

  func validate() throws {
    try check(boxShift, in: MuseTalkOptions.boxShiftRange, "box-shift")
    try check(extraMargin, in: MuseTalkOptions.extraMarginRange, "extra-margin")
    try check(cheekWidth, in: MuseTalkOptions.cheekWidthRange, "cheek-width")
    try check(maskBlur, in: MuseTalkOptions.maskBlurRange, "mask-blur")
    try check(upperBoundary, in: MuseTalkOptions.upperBoundaryRange, "upper-boundary")
  }

  private func check(_ value: Int?, in range: ClosedRange<Int>, _ option: String) throws {
    guard let value, !range.contains(value) else { return }
    throw ValidationError(
      "--\(option) \(value): use \(range.lowerBound) to \(range.upperBound)")
  }

  /// Puts what was given into `request`.
  func apply(to request: inout SpeakRequest) {
    request.museTalk.boxShift = boxShift
    request.museTalk.extraMargin = extraMargin
    request.museTalk.parsingMode = parsingMode
    request.museTalk.cheekWidth = cheekWidth
    request.museTalk.maskBlur = maskBlur
    request.museTalk.upperBoundary = upperBoundary
    request.museTalk.autoencoder = vae
    request.museTalk.compatibility = compatibility
  }
}

extension MuseTalkOptions.ParsingMode: ExpressibleByArgument {}
extension MuseTalkOptions.Compatibility: ExpressibleByArgument {}
