public import ArgumentParser
import Foundation
import Media
import MediaTypes
import Runtime

/// `avatar speak`: sound and a face in, a video with moving lips out.
struct SpeakCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "speak",
    abstract: "Make a face speak or sing: its lips follow the sound.",
    discussion: """
      The avatar is a presenter's name (see `avatar presenters`), a picture, a video, a folder \
      of pictures, or what `avatar prepare` made of one. The video lasts as long as the sound, or as \
      --length says; a clip that is shorter goes on back and forth. Frames without a face pass through \
      unchanged.

      Examples:
        avatar speak --audio voice.wav
        avatar speak --audio voice.wav --avatar portrait.jpg -o hello.mp4
        avatar speak --audio song.mp3 --avatar clip.mp4 --loop loop --crf 16
        avatar speak --audio quiet.wav --loudness -16
        avatar speak --audio voice.wav --visible-label AI-generated --contact-sheet
        avatar speak --audio voice.wav --captions voice.srt
        avatar speak --audio voice.wav --captions voice.vtt --caption-style burn
        avatar speak --audio voice.wav --avatar interview.mp4 --face left
        avatar speak --speaker left=anna.wav --speaker right=ben.wav --avatar talk.mp4
        avatar speak --audio voice.wav --avatar clip.mp4 --length longest
        avatar speak --audio voice.wav --avatar cutout.png -o voice.webm
        avatar speak --audio voice.wav --avatar cutout.png --background green
        avatar speak --audio song.mp3 --gate off --strength 1.3
        avatar speak --audio voice.wav --avatar clip.mp4 --json --quiet --force
        avatar speak --audio voice.wav --avatar clip.mp4 --model musetalk-1.5
        avatar speak --audio voice.wav --avatar clip.mp4 --model MuseTalk/models --parsing-mode raw
        avatar speak --audio voice.wav --avatar prepared-folder
      """)

  @Option(name: .long, help: ArgumentHelp("The voice or song.", valueName: "file"))
  var audio: String?

  @Option(
    name: .customLong("speaker"),
    help: ArgumentHelp(
      "A face and the sound that it alone follows, instead of --audio and --face; once for each speaker.",
      valueName: "face=file"),
    transform: Self.speaker)
  var speakers: [Speaker] = []

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Who speaks: a presenter, picture, video, folder of pictures or prepared avatar (default: the first presenter).",
      valueName: "presenter|file"))
  var avatar: String?

  @Option(
    name: [.customShort("o"), .long],
    help: ArgumentHelp(
      "The video to write: .mp4 (H.264), .mov (ProRes 4444) or .webm (VP9) (default: the audio's "
        + "name with .mp4 in this folder).",
      valueName: "file"))
  var output: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "mini, musetalk-1.5, musetalk-1.0, or a folder in the layout of mini or of MuseTalk's models.",
      valueName: "name|folder"))
  var model = "mini"

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Frames per second, as 25 or 30000/1001 (default: the video's; 25 for pictures).",
      valueName: "rate"),
    transform: Self.rate)
  var fps: Rational?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "How a short clip goes on: bounce, loop or hold (default: presenters loop, clips bounce).",
      valueName: "way"))
  var loop: LoopMode?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "What decides the video's length: sound (the default), clip, longest or shortest. What is "
        + "longer is cut; short clips go on as --loop says, short sounds end in silence.",
      valueName: "which"))
  var length = VideoLength.sound

  @Flag(name: .long, help: "Fail when no face is found instead of passing the picture through.")
  var requireFace = false

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Whose mouth moves: largest, left, right, a number in order of appearance, or a picture "
        + "of the person (default: the largest face of each shot).",
      valueName: "face|picture"),
    transform: FaceSelection.init)
  var face: FaceSelection?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "auto closes the mouth where nobody speaks or sings, off follows all sound.",
      valueName: "auto|off"))
  var gate = SpeakRequest.Gate.auto

  @Option(
    name: .long,
    help: ArgumentHelp(
      "How much the mouth moves: 0 not at all, 1 as it is heard.", valueName: "0-2"))
  var strength = 1.0

  @Option(
    name: .long,
    help: ArgumentHelp(
      "How much what is painted is sharpened: 0 not at all (the default), 1 well visible.",
      valueName: "0-2"))
  var sharpen = 0.0

  @Option(
    name: .long, parsing: .unconditional,
    help: ArgumentHelp(
      "Bring the sound to this loudness (EBU R 128), as -16 or -23 (default: as it is).",
      valueName: "LUFS"))
  var loudness: Double?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Quality: 0 lossless, 18 very good, 51 worst; .mov has none.", valueName: "0-51"))
  var crf = 18

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Colour behind transparent pictures: RRGGBB, or green, blue, white, gray, black (default: "
        + "white; in .mov and .webm they stay transparent).", valueName: "colour"),
    transform: Self.color)
  var background: SpeakRequest.Color?

  @Option(
    name: .long,
    help: ArgumentHelp("auto, fp32 or bf16.", valueName: "precision"))
  var precision = SpeakRequest.Precision.auto

  @Option(
    name: .long,
    help: ArgumentHelp("Threads for the networks (default: all cores).", valueName: "count"))
  var threads: Int?

  @Option(
    name: .long,
    help: ArgumentHelp("Random seed; neither model draws numbers.", valueName: "number"))
  var seed: UInt64 = 0

  @OptionGroup(title: "MuseTalk options")
  var museTalk: MuseTalkArguments

  @OptionGroup
  var marking: MarkingOptions

  @OptionGroup
  var visibleLabel: VisibleLabelOptions

  @OptionGroup
  var captions: CaptionOptions

  @Flag(
    name: .long,
    help: "Also write a sheet of frames with their times beside the video, as NAME.sheet.jpg.")
  var contactSheet = false

  @Flag(name: .long, help: "Replace an existing output.")
  var force = false

  @Flag(name: .long, help: "Print one JSON object about the result on stdout.")
  var json = false

  @Flag(name: .long, help: "No progress on stderr.")
  var quiet = false

  func validate() throws {
    try check(crf, in: SpeakOptions.crfRange, "crf")
    if let threads { try check(threads, in: SpeakOptions.threadRange, "threads") }
    guard SpeakOptions.strengthRange.contains(strength) else {
      throw ValidationError("--strength \(strength): use 0 to 2")
    }
    guard SpeakOptions.sharpenRange.contains(sharpen) else {
      throw ValidationError("--sharpen \(sharpen): use 0 to 2")
    }
    if let loudness, !SpeakOptions.loudnessRange.contains(loudness) {
      throw ValidationError("--loudness \(loudness): use -40 to -5")
    }
    try checkSounds()
    if output == "" { throw ValidationError("-o: name a file") }
    if let output {
      let kind = FilePath.pathExtension(of: output).lowercased()
      guard kind.isEmpty || SpeakOptions.outputExtensions.contains(kind) else {
        throw ValidationError("-o \(output): end its name in .mp4, .m4v, .mov or .webm")
      }
    }
  }

  private func checkSounds() throws {
    if speakers.isEmpty {
      guard let audio else {
        throw ValidationError("Missing expected argument '--audio <file>'")
      }
      if audio.isEmpty { throw ValidationError("--audio: name a file") }
      return
    }
    if let complaint = Speaker.complaint(speakers) {
      throw ValidationError("--speaker: \(complaint)")
    }
    if audio != nil || face != nil {
      let option = audio == nil ? "--face" : "--audio"
      throw ValidationError("\(option): --speaker names faces and sounds itself: leave it out")
    }
  }

  private func check(_ value: Int, in range: ClosedRange<Int>, _ option: String) throws {
    guard !range.contains(value) else { return }
    let bounds = "\(range.lowerBound) to \(range.upperBound)"
    throw ValidationError("--\(option) \(value): use \(bounds)")
  }

  func run() throws {
    let report = try InterruptibleWork.run(quiet: quiet) {
      try SpeakJob(request, cancellation: $0.cancellation).run(progress: $1)
    }
    try present(report)
  }

  private var request: SpeakRequest {
    let first = audio ?? speakers.first?.audio ?? ""
    var request = SpeakRequest(
      audio: audio ?? "", output: output ?? "\(FilePath.stem(of: first)).mp4")
    request.speakers = speakers
    request.avatar = avatar
    request.model = model
    request.rate = fps
    request.loop = loop
    request.length = length
    request.requiresFace = requireFace
    request.face = face
    request.gate = gate
    request.strength = strength
    request.sharpen = sharpen
    request.loudness = loudness
    request.crf = crf
    request.precision = precision
    request.threads = threads
    request.seed = seed
    request.background = background
    museTalk.apply(to: &request)
    marking.apply(to: &request)
    visibleLabel.apply(to: &request)
    captions.apply(to: &request)
    request.makesContactSheet = contactSheet
    request.replacesOutput = force
    return request
  }

  private func present(_ report: SpeakReport) throws {
    if json { return try JSONOutput.write(report) }
    try StandardStreams.printLine(report.output)
    guard !quiet else { return }
    let rate = String(format: "%.1f", report.framesPerSecond)
    let seconds = String(format: "%.1f", report.wallSeconds)
    StandardStreams.tell(
      "avatar: \(report.frames) frames in \(seconds) s (\(rate) frames/s)\n")
    for line in Self.lines(report.passedThrough, of: report.frames) {
      StandardStreams.tell("avatar: \(line)\n")
    }
  }

  private static let shownRanges = 10

  /// What is told of the frames that pass through; nothing where all do, which has a warning of its own.
  private static func lines(_ ranges: [PassedThrough], of frameCount: Int) -> [String] {
    guard ranges.reduce(0, { $0 + $1.count }) < frameCount else { return [] }
    let lines = ranges.prefix(shownRanges).map { range in
      let why = range.reason == .noFace ? "no face" : "the face is turned away"
      let times = String(format: "%.2f to %.2f s", range.start, range.end)
      return "\(times) as the source: \(why)"
    }
    let more = ranges.count - lines.count
    return lines + (more > 0 ? ["\(more) more such ranges (--json lists them)"] : [])
  }

  private static func rate(_ text: String) throws -> Rational {
    try read(text, of: "fps", SpeakOptions.rate)
  }

  private static func speaker(_ text: String) throws -> Speaker {
    try read(text, of: "speaker", Speaker.init(parsing:))
  }

  private static func color(_ text: String) throws -> SpeakRequest.Color {
    try read(text, of: "background", SpeakOptions.color)
  }

  static func read<Value>(
    _ text: String, of option: String, _ read: (String) throws(SpeakOptions.Complaint) -> Value
  ) throws -> Value {
    do throws(SpeakOptions.Complaint) { return try read(text) } catch {
      throw ValidationError("--\(option) \(text): \(error.text)")
    }
  }
}

extension VideoLength: ExpressibleByArgument {}
extension LoopMode: ExpressibleByArgument {}
extension SpeakRequest.Gate: ExpressibleByArgument {}
extension SpeakRequest.Precision: ExpressibleByArgument {}
