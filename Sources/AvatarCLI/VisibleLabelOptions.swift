public import ArgumentParser
public import Runtime

/// The mark that `speak` draws into the picture.
struct VisibleLabelOptions: ParsableArguments {
  @Option(
    name: .customLong("visible-label"),
    help: ArgumentHelp(
      "Draw this into the picture, such as AI-generated or AI生成, as GB 45438-2025 asks.",
      valueName: "text"),
    transform: { try SpeakCommand.read($0, of: "visible-label", SpeakOptions.visibleLabel) })
  var text: String?

  @Option(
    name: .customLong("visible-label-position"),
    help: ArgumentHelp(
      "Where the visible label is drawn (default: top-left).", valueName: "corner"))
  var position: VisibleLabel.Position?

  @Option(
    name: .customLong("visible-label-seconds"),
    help: ArgumentHelp(
      "How long it shows from the start on, at least 2 (default: the whole video).",
      valueName: "seconds"))
  var seconds: Double?

  func validate() throws {
    if let seconds, !SpeakOptions.labelSecondsRange.contains(seconds) {
      let range = SpeakOptions.labelSecondsRange
      throw ValidationError(
        "--visible-label-seconds \(seconds): use \(Int(range.lowerBound)) to \(Int(range.upperBound))"
      )
    }
    guard text == nil else { return }
    if position != nil { throw ValidationError("--visible-label-position: needs --visible-label") }
    if seconds != nil { throw ValidationError("--visible-label-seconds: needs --visible-label") }
  }

  func apply(to request: inout SpeakRequest) {
    guard let text else { return }
    var label = VisibleLabel(text)
    label.position = position ?? label.position
    label.seconds = seconds
    request.visibleLabel = label
  }
}

extension VisibleLabel.Position: ExpressibleByArgument {}
