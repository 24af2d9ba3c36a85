import Foundation
import LipSync
import Media
import MediaTypes
import TestSupport
import Testing

@testable import Runtime

/// `generate` and `speak` as one command.
@Suite struct TalkingJobTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try folder.run("ffmpeg", ["-v", "error", "-f", "lavfi", "-i", "sine=220:d=0.9", "voice.wav"])
  }

  private var speech: SpeakRequest {
    SpeakRequest(audio: folder.file("voice.wav"), output: "")
  }

  /// A presenter's picture that mini moves.
  private func moved() throws -> GenerateRequest {
    let clip = try PresenterLibrary.save("mei", to: folder.file("mei.mp4"), force: true)
    try writePNG(
      try openPictureSource(clip).frame(at: 0).rgbPicture(), to: folder.file("mei.png"))
    var request = GenerateRequest(output: folder.file("talks.mp4"))
    (request.image, request.prompt) = (folder.file("mei.png"), "nods")
    (request.size, request.steps, request.crf) = ((256, 256), 3, 20)
    return request
  }

  @Test func `a moved picture speaks as long as the voice, as one output with one command`() throws
  {
    var (request, speech) = (try moved(), speech)
    speech.strength = 1.2
    request.provenance.producer = "studio"
    let report = try TalkingJob(request, speech: speech).run()
    #expect(report.frames == 23 && report.fps == "25" && report.framesWithFace == 23)
    #expect(folder.names == ["mei.mp4", "mei.png", "talks.mp4", "voice.wav"])
    let shown = try ShowReport(file: request.output)
    #expect(shown.label?.produceID == report.contentID && shown.sound != nil)
    let words = try #require(shown.command.flatMap(ShellWords.split))
    #expect(words.starts(with: ["avatar", "generate", "--model", "mini"]))
    for (option, value) in [
      ("--audio", folder.file("voice.wav")), ("--speech-model", "mini"), ("--speech-fps", "25"),
      ("--speech-strength", "1.2"), ("--crf", "20"), ("--precision", "auto"),
      ("--producer", "studio"), ("-o", request.output),
    ] {
      let index = try #require(words.firstIndex(of: option), "\(option)")
      #expect(words[index + 1] == value, "\(option)")
    }
    #expect(!words.contains("--avatar") && !words.contains("--frames"))
  }

  @Test func `a longer video than the voice ends in silence, a shorter one goes on below it`()
    throws
  {
    var request = try moved()
    for (frames, expected) in [(30, 30), (10, 23)] {
      (request.length, request.replacesOutput) = (.frames(frames), true)
      let report = try TalkingJob(request, speech: speech).run()
      #expect(report.frames == expected)
      let words = try #require(ShowReport(file: request.output).command.flatMap(ShellWords.split))
      #expect(
        words.contains("--frames") && words.contains("\(frames)") && !words.contains("--length"))
    }
  }

  @Test func `what a killed command left of a face goes with the next command`() throws {
    let request = try moved()
    let left = WorkFolder.path(output: request.output + ".generated")
    for run in 0..<2 {
      try FileManager.default.createDirectory(atPath: left, withIntermediateDirectories: false)
      if run == 0 {
        var plain = request
        plain.length = .frames(3)
        _ = try GenerateJob(plain).run()
      } else {
        var speak = SpeakRequest(audio: folder.file("voice.wav"), output: request.output)
        (speak.avatar, speak.replacesOutput) = (request.image, true)
        _ = try SpeakJob(speak).run()
      }
      #expect(!folder.names.contains { $0.hasPrefix(".") }, "\(folder.names)")
    }
  }

  @Test func `frames of a slow video are shown equally long, at a rate that lips need`() throws {
    let tiny = try TinyMuseV()
    var request = tiny.request()
    (request.length, request.steps) = (nil, 1)
    request.image = try tiny.picture(width: 32, height: 32)
    let report = try TalkingJob(request, speech: speech).run()
    #expect(report.fps == "24" && report.frames == 22)
    let words = try #require(ShowReport(file: request.output).command.flatMap(ShellWords.split))
    #expect(!words.contains("--frames") && words.contains("--motion-speed"))
    for (own, talking) in [(8, 24), (10, 30), (24, 24), (30, 30), (1, 24)] {
      request.rate = Rational(own)
      #expect(request.talkingRate == Rational(talking))
    }
    request.output = "a.png"
    #expect(request.talkingRate == nil)
  }

  @Test func `a length that is said, or a clip's, stays`() throws {
    var request = GenerateRequest(output: "a.mp4")
    let sounds = [folder.file("voice.wav")]
    #expect(try request.lasting(as: sounds).length == .frames(23))
    request.control.video = "clip.mp4"
    #expect(try request.lasting(as: sounds).length == nil)
    (request.control.video, request.length) = (nil, .seconds(2))
    #expect(try request.lasting(as: sounds).length == .seconds(2))
  }

  @Test func `what can't be done is said before anything is made`() throws {
    func complaint(
      _ code: ExitCode, _ change: (inout GenerateRequest, inout SpeakRequest) throws -> Void
    ) throws -> String {
      var (request, speech) = (try moved(), speech)
      try change(&request, &speech)
      let error = try #require(throws: (any Error).self) {
        try TalkingJob(request, speech: speech)
      }
      #expect((error as? any AvatarError)?.exitCode == code, "\(error)")
      return "\(error)"
    }
    #expect(try complaint(.missingInput) { $1.audio = folder.file("no.wav") }.contains("no.wav"))
    #expect(
      try complaint(.usage) { request, _ in request.output = folder.file("a.png") }
        .contains("can't speak"))
    _ = try complaint(.modelNotInstalled) { $1.model = "musetalk-1.5" }
    _ = try complaint(.cannotCreateOutput) { request, _ in
      try folder.write([1], to: "talks.mp4")
      request.replacesOutput = false
    }
    #expect(
      try complaint(.cannotCreateOutput) {
        $0.output = $1.audio.replacing(".wav", with: ".mp4") + "/x.mp4"
      }
      .contains("folder"))
    #expect(!folder.names.contains { $0.hasPrefix(".") })
  }

  @Test func `a face that can't be made leaves nothing`() throws {
    var request = try moved()
    let flat = RGBPicture(width: 96, height: 96, samples: Array(repeating: 90, count: 96 * 96 * 3))
    try writePNG(flat, to: folder.file("flat.png"))
    request.image = folder.file("flat.png")
    let error = try #require(throws: RuntimeError.self) {
      try TalkingJob(request, speech: speech).run()
    }
    #expect(error.exitCode == .badInput)
    #expect(!folder.names.contains { $0.hasPrefix(".") || $0 == "talks.mp4" })
  }
}
