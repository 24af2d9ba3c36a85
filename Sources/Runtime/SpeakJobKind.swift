public import Batch
import Face
import Media
import MediaTypes

/// `speak` as manifests know it: each option of the command has its key, with underscores for dashes.
public enum SpeakJobKind {
  public static let name = "speak"

  /// The description that manifests are checked against.
  ///
  /// - Throws: `RuntimeError` when the embedded presenters can't be read (a broken build).
  public static func describe() throws -> JobKind {
    JobKind(
      name: name, summary: "Make a face speak or sing: its lips follow the sound.",
      options: try [
        .init(
          "audio", .inputPath, "The voice or song.", isRequired: true, alternative: "speakers"),
        .init(
          "speakers",
          .inputPaths(names: FaceSelection.names) { keys in
            Speaker.complaint(keys.map { Speaker(face: FaceSelection($0), audio: "") })
          },
          "A sound for each of several faces, by the faces' names as face takes them, instead of audio and face.",
          alternative: "face"),
        .init(
          "avatar", .inputPathOrName(names: Presenter.all().map(\.name)),
          "Who speaks: a presenter, picture, video, folder of pictures or prepared avatar (default: the first presenter)."
        ),
        .init("model", .inputPathOrName(names: SpeakOptions.modelNames), SpeakOptions.modelHelp),
        .init(
          "fps",
          .pattern(regularExpression: "^[+0-9./]+$") {
            complaint($0, SpeakOptions.rate)
          }, "Frames per second, as 25 or 30000/1001 (default: the video's; 25 for pictures)."),
        .init(
          "loop", .choice(LoopMode.allCases.map(\.rawValue)),
          "How a short clip goes on (default: presenters loop, clips bounce)."),
        .init(
          "length", .choice(VideoLength.allCases.map(\.rawValue)),
          "What decides the video's length: sound (default), clip, longest or shortest."),
        .init(
          "require_face", .flag,
          "Fail when no face is found instead of passing the picture through."),
        .init(
          "face", .inputPathOrName(names: FaceSelection.names),
          "Whose mouth moves: largest, left, right, a number in order of appearance, or a picture."),
        .init(
          "gate", .choice(SpeakRequest.Gate.allCases.map(\.rawValue)),
          "auto closes the mouth where nobody speaks or sings (default); off follows all sound."),
        .init(
          "strength", .number(SpeakOptions.strengthRange),
          "How much the mouth moves: 0 not at all, 1 as it is heard (default)."),
        .init(
          "sharpen", .number(SpeakOptions.sharpenRange),
          "How much what is painted is sharpened: 0 not at all (default)."),
        .init(
          "loudness", .number(SpeakOptions.loudnessRange),
          "Loudness of the video's sound in LUFS, as -16 (default: as it is)."),
        .init("crf", .integer(SpeakOptions.crfRange), "x264 quality: 0 lossless, 18 very good."),
        .init(
          "background",
          .pattern(regularExpression: "^(#?[0-9A-Fa-f]{6}|green|blue|white|gray|black)$") {
            complaint($0, SpeakOptions.color)
          },
          "Colour behind transparent pictures, as RRGGBB, or green, blue, white, gray or black."),
        .init(
          "precision", .choice(SpeakRequest.Precision.allCases.map(\.rawValue)),
          "Numbers that the networks calculate with."),
        .init("threads", .integer(SpeakOptions.threadRange), "Threads for the networks."),
        .init("seed", .integer(0...Int.max), "Random seed; neither model draws numbers."),
        .init(
          "producer", labelText,
          "Who answers for the content, in the metadata's AI label: a name or registered code."),
        .init(
          "content_id", labelText,
          "The producer's number for the content (default: a digest of pictures and sound)."),
        .init(
          "no_command_metadata", .flag,
          "Leave the command, with the inputs' names, out of the metadata."),
        .init(
          "visible_label",
          .pattern(regularExpression: "\\S") { complaint($0, SpeakOptions.visibleLabel) },
          "Text to draw into the picture, such as AI-generated, for those who see it."),
        .init(
          "visible_label_position", .choice(VisibleLabel.Position.allCases.map(\.rawValue)),
          "The corner for the visible label (default: top-left)."),
        .init(
          "visible_label_seconds", .number(SpeakOptions.labelSecondsRange),
          "How long the visible label shows from the start on (default: the whole video)."),
        .init("captions", .inputPath, "Captions of what is said, SRT or WebVTT."),
        .init(
          "caption_style", .choice(CaptionRequest.Style.allCases.map(\.rawValue)),
          "A text track (default), a copy of the file beside the video, or drawn into the picture."),
      ] + museTalkOptions, outputExtensions: SpeakOptions.outputExtensions, madeOption: "avatar")
  }

  private static var museTalkOptions: [JobKind.Option] {
    [
      .init(
        "box_shift", .integer(MuseTalkOptions.boxShiftRange),
        "MuseTalk: pixels by which the middle of the face box moves down."),
      .init(
        "extra_margin", .integer(MuseTalkOptions.extraMarginRange),
        "MuseTalk: pixels that the face box is longer at the chin."),
      .init(
        "parsing_mode", .choice(FaceParsing.Mode.allCases.map(\.rawValue)),
        "MuseTalk: which parts of the face are repainted."),
      .init(
        "cheek_width", .integer(MuseTalkOptions.cheekWidthRange),
        "MuseTalk: how far from the middle the cheeks begin, in 512ths of the square around the face."
      ),
      .init(
        "mask_blur", .number(MuseTalkOptions.maskBlurRange),
        "MuseTalk: size of the mask's blur, in sides of that square."),
      .init(
        "upper_boundary", .number(MuseTalkOptions.upperBoundaryRange),
        "MuseTalk: where in the height of that square painting begins."),
      .init("vae", .inputPath, "MuseTalk: a folder with another autoencoder."),
      .init(
        "compatibility", .choice(MuseTalkCompatibility.allCases.map(\.rawValue)),
        "MuseTalk: mended, or upstream with its faults."),
    ]
  }

  static var labelText: JobKind.OptionType {
    .pattern(regularExpression: "[\\s\\S]") { complaint($0, SpeakOptions.labelText) }
  }

  static func complaint<Value>(
    _ text: String, _ read: (String) throws(SpeakOptions.Complaint) -> Value
  ) -> String? {
    do throws(SpeakOptions.Complaint) { _ = try read(text) } catch { return error.text }
    return nil
  }
}

extension SpeakRequest {
  /// What a checked `step` of kind `speak` asks for, written to `output`.
  ///
  /// - Throws: `RuntimeError`, 65, where the step was not checked against `SpeakJobKind` and does not hold.
  public init(_ step: JobStep, output: String) throws {
    let options = StepOptions(step)
    let speakers = try options.texts("speakers") ?? [:]
    let audio = try options.text("audio")
    guard audio != nil || !speakers.isEmpty else {
      throw RuntimeError.badInput("speak: has no audio: name a file")
    }
    self.init(audio: audio ?? "", output: output)
    self.speakers = speakers.sorted { $0.key < $1.key }.map {
      Speaker(face: FaceSelection($0.key), audio: $0.value)
    }
    avatar = try options.text("avatar")
    model = try options.text("model") ?? model
    rate = try options.text("fps").map { try options.read("fps", $0, SpeakOptions.rate) }
    loop = try options.choice("loop")
    length = try options.choice("length") ?? length
    requiresFace = try options.flag("require_face") ?? requiresFace
    face = try options.text("face").map(FaceSelection.init)
    gate = try options.choice("gate") ?? gate
    strength = try options.number("strength", SpeakOptions.strengthRange) ?? strength
    sharpen = try options.number("sharpen", SpeakOptions.sharpenRange) ?? sharpen
    loudness = try options.number("loudness", SpeakOptions.loudnessRange)
    crf = try options.integer("crf", SpeakOptions.crfRange) ?? crf
    if let color = try options.text("background") {
      background = try options.read("background", color, SpeakOptions.color)
    }
    precision = try options.choice("precision") ?? precision
    threads = try options.integer("threads", SpeakOptions.threadRange)
    seed = try options.integer("seed", 0...Int.max).map(UInt64.init) ?? seed
    try museTalk.read(options)
    try provenance.read(options)
    visibleLabel = try VisibleLabel(options)
    captions = try options.text("captions").map(CaptionRequest.init)
    if let style: CaptionRequest.Style = try options.choice("caption_style") {
      captions?.style = style
    }
  }
}

extension MuseTalkOptions {
  fileprivate mutating func read(_ options: StepOptions) throws {
    boxShift = try options.integer("box_shift", Self.boxShiftRange)
    extraMargin = try options.integer("extra_margin", Self.extraMarginRange)
    parsingMode = try options.choice("parsing_mode")
    cheekWidth = try options.integer("cheek_width", Self.cheekWidthRange)
    maskBlur = try options.number("mask_blur", Self.maskBlurRange)
    upperBoundary = try options.number("upper_boundary", Self.upperBoundaryRange)
    autoencoder = try options.text("vae")
    compatibility = try options.choice("compatibility")
  }
}

extension Provenance {
  mutating func read(_ options: StepOptions) throws {
    if let text = try options.text("producer") {
      producer = try options.read("producer", text, SpeakOptions.labelText)
    }
    contentID = try options.text("content_id").map {
      try options.read("content_id", $0, SpeakOptions.labelText)
    }
    if let omits = try options.flag("no_command_metadata") { recordsCommand = !omits }
  }
}

extension VisibleLabel {
  /// Nil without a text, whatever manifest-wide defaults say about its place.
  fileprivate init?(_ options: StepOptions) throws {
    guard let text = try options.text("visible_label") else { return nil }
    self.init(try options.read("visible_label", text, SpeakOptions.visibleLabel))
    position = try options.choice("visible_label_position") ?? position
    seconds = try options.number("visible_label_seconds", SpeakOptions.labelSecondsRange)
  }
}
