import Compute
import Face
import Foundation
import Media
import MediaTypes
import TestSupport
import Testing

@testable import Runtime

/// Several speakers in one picture.
struct SpeakersTests {
  private let folder: TemporaryFolder
  private let resources: SpeakResources

  init() throws {
    folder = try TemporaryFolder()
    resources = SpeakResources(preparedAvatars: PreparedCache(folder: folder.file("cache")))
    let presenters = try Presenter.all().filter { ["amara", "henrik"].contains($0.name) }
    for presenter in presenters { try folder.write(presenter.clip(), to: presenter.file) }
    try folder.run(
      "ffmpeg",
      ["-v", "error"] + presenters.flatMap { ["-i", $0.file] } + [
        "-filter_complex", "[0]scale=256:256[l];[1]scale=256:256[r];[l][r]hstack", "-frames:v", "6",
        "-an", "two.mp4",
      ])
    try folder.write(presenters[0].clip(), to: "one.mp4")
    for (name, seconds) in [("short", 0.4), ("long", 0.8)] {
      try folder.run(
        "ffmpeg",
        ["-v", "error", "-f", "lavfi", "-i", "anoisesrc=a=0.5:d=\(seconds):s=1", "\(name).wav"])
    }
  }

  private func request(_ output: String) -> SpeakRequest {
    var request = SpeakRequest(audio: "", output: folder.file(output))
    request.avatar = folder.file("two.mp4")
    (request.crf, request.gate) = (0, .off)
    request.provenance.recordsCommand = false
    return request
  }

  private func speak(
    _ output: String, _ speakers: [(FaceSelection, String)],
    _ change: (inout SpeakRequest) -> Void = { _ in }
  ) throws -> SpeakReport {
    var request = request(output)
    request.speakers = speakers.map { Speaker(face: $0.0, audio: folder.file($0.1)) }
    change(&request)
    return try SpeakJob(request, resources: resources).run()
  }

  /// The brightness of the left or right half of each frame.
  private func half(_ name: String, isRight: Bool) throws -> [[UInt8]] {
    let source = try openPictureSource(folder.file(name))
    var halves: [[UInt8]] = []
    _ = try source.scan { _, frame in
      let width = frame.width / 2
      halves.append(
        (0..<frame.height).flatMap { row in
          let start = row * frame.width + (isRight ? width : 0)
          return frame.samples[start..<(start + width)]
        })
    }
    return halves
  }

  private func data(_ name: String) throws -> Data {
    try Data(contentsOf: URL(filePath: folder.file(name)))
  }

  @Test func `each face follows its own sound, and all are heard`() throws {
    let both = try speak("both.mp4", [(.left, "short.wav"), (.right, "long.wav")])
    #expect(both.frames == 20 && both.framesWithFace == 20 && both.audioDuration == 0.8)
    var alone = request("right.mp4")
    (alone.audio, alone.face) = (folder.file("long.wav"), .right)
    _ = try SpeakJob(alone, resources: resources).run()
    #expect(try half("both.mp4", isRight: true) == half("right.mp4", isRight: true))
    let (left, still) = (
      try half("both.mp4", isRight: false), try half("right.mp4", isRight: false)
    )
    #expect(zip(left, still).prefix(8).allSatisfy { $0 != $1 })
    alone.output = folder.file("left.mp4")
    (alone.audio, alone.face) = (folder.file("short.wav"), .left)
    _ = try SpeakJob(alone, resources: resources).run()
    #expect(try half("left.mp4", isRight: false).prefix(9) == left.prefix(9))
    let (sound, louder) = (
      try AudioReader(folder.file("both.mp4")), try AudioReader(folder.file("right.mp4"))
    )
    #expect(
      sound.sampleRate == louder.sampleRate && sound.durationSeconds == louder.durationSeconds)
    #expect(try data("both.mp4") != data("right.mp4"))
    _ = try speak("again.mp4", [(.right, "long.wav"), (.left, "short.wav")])
    #expect(try half("again.mp4", isRight: false) == left, "the order does not matter")
  }

  @Test func `with MuseTalk too, and a second time from what was prepared`() throws {
    func museTalk(_ output: String) throws -> SpeakReport {
      try speak(output, [(.left, "short.wav"), (.number(2), "long.wav")]) {
        $0.model = MuseTalkNetworkTests.folder
        $0.museTalk.compatibility = .upstream
      }
    }
    #expect(try museTalk("a.mp4").framesWithFace == 20)
    let entries = try FileManager.default.contentsOfDirectory(atPath: folder.file("cache"))
    #expect(entries.count == 2)
    let again = try museTalk("b.mp4")
    #expect(again.timings["faces"]! < 0.5)
    #expect(try data("a.mp4") == data("b.mp4"))
  }

  @Test func `wrong speakers are told`() throws {
    func complaint(_ speakers: [(FaceSelection, String)], _ avatar: String = "two.mp4") -> String {
      do {
        _ = try speak("no.mp4", speakers) { $0.avatar = folder.file(avatar) }
        return "none"
      } catch { return "\(error)" }
    }
    let (short, long) = ("short.wav", "long.wav")
    #expect(complaint([(.left, short)]).contains("2 to 8 speakers"))
    #expect(complaint([(.left, short), (.left, long)]).contains("left has two sounds"))
    #expect(complaint([(.left, short), (.number(1), long)]).contains("are the same face"))
    #expect(complaint([(.left, short), (.right, long)], "one.mp4").contains("are the same face"))
    #expect(complaint([(.left, short), (.number(5), long)]).contains("5"))
    #expect(complaint([(.left, short), (.right, "none.wav")]).contains("none.wav"))
    let parsed = try Speaker(parsing: "left=a=b.wav")
    #expect(parsed.face == .left && parsed.audio == "a=b.wav")
    for text in ["left", "=a.wav", "left=", ""] {
      #expect(throws: SpeakOptions.Complaint.self) { try Speaker(parsing: text) }
    }
    let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    #expect(!left.contains { $0.hasPrefix(".no") || $0.hasPrefix("no.") })
  }
}
