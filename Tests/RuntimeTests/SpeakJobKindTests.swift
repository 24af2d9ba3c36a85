import Batch
import Face
import Media
import MediaTypes
import TestSupport
import Testing

@testable import Runtime

@Suite struct SpeakJobKindTests {
  private func manifest(_ speak: String) throws -> ExpandedManifest {
    let folder = try TemporaryFolder()
    for name in ["voice.wav", "face.png"] { try folder.write([1], to: name) }
    let text = "version: 1\njobs:\n- {output: a.mp4, speak: {audio: voice.wav, \(speak)}}\n"
    let path = try folder.write(Array(text.utf8), to: "batch.yaml")
    return try ManifestReader(kinds: JobKinds.all(), environment: [:]).read(path)
  }

  @Test func `a step with every option becomes the request that the command makes`() throws {
    let job = try manifest(
      """
      avatar: face.png, model: mini, fps: 29.97, loop: hold, length: longest, require_face: true, face: 2, gate: "off", strength: 1.5, sharpen: 0.5, loudness: -16, crf: 20, \
      background: 102030, precision: fp32, threads: 2, seed: 7, producer: studio, content_id: n1, \
      no_command_metadata: true, visible_label: "AI: 生成", visible_label_position: bottom-left, \
      visible_label_seconds: 3, captions: voice.wav, caption_style: burn, \
      box_shift: -3, extra_margin: 12, parsing_mode: neck, \
      cheek_width: 70, mask_blur: 0.1, upper_boundary: 0.4, vae: face.png, compatibility: upstream
      """
    ).jobs[0]
    let described = Set(try SpeakJobKind.describe().options.map(\.key))
    #expect(Set(job.steps[0].options.keys) == described.subtracting(["speakers"]))
    let request = try SpeakRequest(job.steps[0], output: job.output)
    #expect(request.audio.hasSuffix("/voice.wav") && request.audio.hasPrefix("/"))
    #expect(request.avatar?.hasSuffix("/face.png") == true && request.output == job.output)
    #expect(request.model == "mini" && request.rate == Rational(2997, 100))
    #expect(request.face == .number(2) && request.gate == .off && request.strength == 1.5)
    #expect(request.loop == .hold && request.length == .longest)
    #expect(request.requiresFace && request.crf == 20)
    #expect(request.loudness == -16 && request.sharpen == 0.5)
    #expect(request.backgroundText == "102030" && request.precision == .fp32)
    #expect(request.threads == 2 && request.seed == 7 && !request.replacesOutput)
    #expect(request.provenance.producer == "studio" && request.provenance.contentID == "n1")
    #expect(!request.provenance.recordsCommand)
    let label = request.visibleLabel
    #expect(label?.text == "AI: 生成" && label?.position == .bottomLeft && label?.seconds == 3)
    #expect(request.captions?.path == request.audio && request.captions?.style == .burn)
    let museTalk = request.museTalk
    #expect(museTalk.boxShift == -3 && museTalk.extraMargin == 12 && museTalk.cheekWidth == 70)
    #expect(museTalk.parsingMode == .neck && museTalk.compatibility == .upstream)
    #expect(museTalk.maskBlur == 0.1 && museTalk.upperBoundary == 0.4)
    #expect(museTalk.autoencoder?.hasSuffix("/face.png") == true)
  }

  @Test func `speakers have a sound each, instead of audio and face`() throws {
    let folder = try TemporaryFolder()
    for name in ["a.wav", "b.wav", "ben.png"] { try folder.write([1], to: name) }
    func read(_ speak: String) throws -> ExpandedManifest {
      let text = "version: 1\njobs:\n- {output: a.mp4, speak: {\(speak)}}\n"
      let path = try folder.write(Array(text.utf8), to: "batch.yaml")
      return try ManifestReader(kinds: JobKinds.all(), environment: [:]).read(path)
    }
    let job = try read("speakers: {right: b.wav, 1: a.wav, ben.png: a.wav}").jobs[0]
    let request = try SpeakRequest(job.steps[0], output: job.output)
    #expect(request.speakers.map(\.face.text) == ["\(folder.path)/ben.png", "1", "right"])
    #expect(request.sounds == ["a.wav", "a.wav", "b.wav"].map(folder.file))
    #expect(request.audio.isEmpty && request.facePictures == [folder.file("ben.png")])
    for (speak, complaint) in [
      ("speakers: {left: a.wav}", "speakers: name 2 to 8 speakers"),
      ("speakers: {left: a.wav, right: none.wav}", "none.wav"),
      ("speakers: {left: a.wav, nobody.png: b.wav}", "nobody.png"),
      ("speakers: [a.wav, b.wav]", "speakers takes keys with values"),
      ("audio: a.wav, speakers: {left: a.wav, right: b.wav}", "do not go together"),
      ("face: left, speakers: {left: a.wav, right: b.wav}", "do not go together"),
    ] {
      let error = #expect(throws: ManifestError.self) { try read(speak) }
      #expect(error?.description.contains(complaint) == true, "\(String(describing: error))")
    }
  }

  @Test func `each option that decides bytes makes another key`() throws {
    let plain = SpeakRequest(audio: "/a.wav", output: "/a.mp4")
    var requests = Array(repeating: plain, count: 6)
    requests[1].length = .clip
    requests[2].loudness = -20
    requests[3].output = "/a.webm"
    requests[4].output = "/a.webm"
    requests[4].background = (0, 255, 0)
    requests[5].sharpen = 0.1
    #expect(Set(try requests.map { try $0.optionsKey }).count == 6)
    requests[0].background = (255, 255, 255)
    #expect(try requests[0].optionsKey == plain.optionsKey, "what MP4 has anyway")
  }

  @Test func `a step with none has the command's defaults`() throws {
    let step = JobStep(kind: "speak", options: ["audio": .text("/a.wav")])
    let (request, plain) = (
      try SpeakRequest(step, output: "/a.mp4"), SpeakRequest(audio: "/a.wav", output: "/a.mp4")
    )
    #expect(request.avatar == nil && request.model == plain.model && request.rate == nil)
    #expect(request.gate == .auto && request.strength == 1)
    #expect(request.crf == plain.crf && request.background == nil)
    #expect(request.precision == plain.precision && request.seed == plain.seed)
    #expect(request.provenance == plain.provenance && request.visibleLabel == nil)
    #expect(request.museTalk == plain.museTalk)
  }

  @Test(arguments: [
    ("fps: 0", "fps 0: use 1 to 240"),
    ("fps: fast", "fps fast: write it as 25, 29.97 or 30000/1001"),
    ("background: red", "background red: write it as RRGGBB, or green, blue, white, gray or black"),
    ("crf: 52", "crf 52: use 0 to 51"), ("gate: shut", "gate shut: use auto or off"),
    ("strength: 3", "strength 3: use 0 to 2"), ("threads: 0", "threads 0: use 1 to 256"),
    ("producer: \"\"", "producer is empty: give some text, or leave it out"),
    ("visible_label: \" \"", "visible_label is empty: give some text, or leave it out"),
    ("visible_label_seconds: 1", "visible_label_seconds 1: use 2 to 86400"),
    (
      "visible_label_position: middle",
      "visible_label_position middle: use top-left, top-right, bottom-left or bottom-right"
    ),
    ("length: song", "length song: use sound, clip, longest or shortest"),
    ("loudness: -3", "loudness -3: use -40 to -5"),
    ("caption_style: paint", "caption_style paint: use track, sidecar or burn"),
    ("loop: spin", "loop spin: use bounce, loop or hold"),
    (
      "avatar: nobody",
      """
      avatar nobody: no such file, and no name that is known \
      (amara, henrik, isolde, mei, tomas, pip): check the path
      """
    ),
  ])
  func `what the command refuses, manifests refuse in the same words`(
    option: String, message: String
  ) throws {
    let error = #expect(throws: ManifestError.self) { try manifest(option) }
    #expect(error?.problems.map(\.message) == [message])
  }

  @Test(
    arguments: [
      ["audio": .integer(1)], [:], ["audio": .text("a"), "fps": .text("0")],
      ["audio": .text("a"), "crf": .integer(99)], ["audio": .text("a"), "loop": .text("spin")],
      ["audio": .text("a"), "require_face": .text("yes")],
      ["audio": .text("a"), "visible_label": .text("\t")],
      ["audio": .text("a"), "visible_label": .text("a"), "visible_label_seconds": .integer(1)],
    ] as [[String: OptionValue]])
  func `a step that was never checked is refused`(options: [String: OptionValue]) {
    let error = #expect(throws: RuntimeError.self) {
      try SpeakRequest(JobStep(kind: "speak", options: options), output: "/a.mp4")
    }
    #expect(error?.exitCode == .badInput)
  }
}
