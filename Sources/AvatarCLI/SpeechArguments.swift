import ArgumentParser
import MediaTypes
import Runtime

/// The options of `generate` with which the avatar speaks.
struct SpeechArguments: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "A voice or song that the avatar speaks; the video is as long, or longer where you say how long.",
      valueName: "file"))
  var audio: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "What moves the lips: mini (default), musetalk-1.5, musetalk-1.0, or a folder as `speak` takes it.",
      valueName: "model"))
  var speechModel: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Frames per second of the talking video (default: those of the generated one, or the smallest multiple from 24 on).",
      valueName: "rate"),
    transform: { try SpeakCommand.read($0, of: "speech-fps", SpeakOptions.rate) })
  var speechFps: Rational?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "auto (default) closes the mouth where nobody speaks or sings, off follows all sound.",
      valueName: "auto|off"))
  var gate: SpeakRequest.Gate?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "How much the mouth moves: 0 not at all, 1 as it is heard (default).", valueName: "0-2"))
  var speechStrength: Double?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "How much the painted mouth is sharpened: 0 not at all (default).", valueName: "0-2"))
  var sharpen: Double?

  @Option(
    name: .long, parsing: .unconditional,
    help: ArgumentHelp(
      "Bring the sound to this loudness, as -16 (default: as it is).", valueName: "LUFS"))
  var loudness: Double?

  @OptionGroup
  var visibleLabel: VisibleLabelOptions

  @OptionGroup
  var captions: CaptionOptions

  @Flag(
    name: .long,
    help: "Also write a sheet of frames with their times beside the talking video.")
  var contactSheet = false

  func validate() throws {
    func check(_ value: Double?, in range: ClosedRange<Double>, _ option: String) throws {
      guard let value, !range.contains(value) else { return }
      throw ValidationError(
        "--\(option) \(value): use \(Int(range.lowerBound)) to \(Int(range.upperBound))")
    }
    try check(speechStrength, in: SpeakOptions.strengthRange, "speech-strength")
    try check(sharpen, in: SpeakOptions.sharpenRange, "sharpen")
    try check(loudness, in: SpeakOptions.loudnessRange, "loudness")
    if audio == "" { throw ValidationError("--audio: name a file") }
    guard audio == nil else { return }
    let others = [
      (speechModel != nil, "--speech-model"), (speechFps != nil, "--speech-fps"),
      (gate != nil, "--gate"), (speechStrength != nil, "--speech-strength"),
      (sharpen != nil, "--sharpen"), (loudness != nil, "--loudness"),
      (visibleLabel.text != nil, "--visible-label"), (captions.path != nil, "--captions"),
      (contactSheet, "--contact-sheet"),
    ]
    if let other = others.first(where: \.0) { throw ValidationError("\(other.1): needs --audio") }
  }

  /// What is asked of `speak`, but for what `generate` is asked, too; nil without a voice.
  var request: SpeakRequest? {
    guard let audio else { return nil }
    var request = SpeakRequest(audio: audio, output: "")
    request.model = speechModel ?? request.model
    request.rate = speechFps
    request.gate = gate ?? request.gate
    request.strength = speechStrength ?? request.strength
    request.sharpen = sharpen ?? request.sharpen
    request.loudness = loudness
    visibleLabel.apply(to: &request)
    captions.apply(to: &request)
    request.makesContactSheet = contactSheet
    return request
  }
}
