import Foundation
import Media
import MediaTypes
import TestSupport
import Testing

@testable import Runtime

/// The sound of clips that videos follow.
@Suite struct ClipSoundTests {
  private let tiny: TinyMuseV
  init() throws { tiny = try TinyMuseV() }

  /// A clip of one second, whose sound begins with silence and is loud from 0.2 s on, and its request.
  private func request(_ output: String, sound: Bool = true) throws -> GenerateRequest {
    let tone = "aevalsrc='0.5*sin(880*PI*t)*gt(t,0.2)':s=44100:d=1"
    try tiny.folder.run(
      "ffmpeg",
      ["-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=s=32x32:r=12:d=1"]
        + (sound ? ["-f", "lavfi", "-i", tone] : []) + ["-c:v", "libx264", "clip.mp4"])
    var request = tiny.request(output)
    (request.image, request.length) = (try tiny.picture(width: 32, height: 32), .frames(6))
    (request.control.video, request.steps) = (tiny.folder.file("clip.mp4"), 1)
    return request
  }

  private func samples(_ path: String) throws -> (values: [Float], rate: Int) {
    let reader = try AudioReader(path)
    var values: [Float] = []
    while let chunk = try reader.read() { values += chunk.channels[0] }
    return (values, reader.sampleRate)
  }

  @Test(arguments: ["a.mp4", "a.mov", "a.webm"])
  func `a video has the clip's sound as long as its pictures`(output: String) throws {
    let request = try request(output)
    _ = try GenerateJob(request).run()
    let info = try probe(request.output)
    #expect(info.hasAudio && info.audioCodec == (output == "a.webm" ? "opus" : "aac"))
    let (values, rate) = try samples(request.output)
    #expect(abs(Double(values.count) / Double(rate) - 0.5) < 0.03, "\(values.count) at \(rate)")
    // Where the clip is loud, within a block of the encoder.
    let start = try #require(values.firstIndex { abs($0) > 0.2 })
    #expect(abs(Double(start) / Double(rate) - 0.2) < 0.03, "\(start) at \(rate)")
    let words = try #require(ShowReport(file: request.output).command.flatMap(ShellWords.split))
    #expect(words.contains("--video") && !words.contains("--no-sound"))
  }

  @Test func `there is none where the clip has none, or it is not wanted`() throws {
    var silent = try request("b.mp4", sound: false)
    _ = try GenerateJob(silent).run()
    #expect(try !probe(silent.output).hasAudio)
    silent = try request("c.mp4")
    silent.control.leavesSoundOut = true
    _ = try GenerateJob(silent).run()
    #expect(try !probe(silent.output).hasAudio)
    let command = try #require(ShowReport(file: silent.output).command)
    #expect(command.contains("--no-sound"))
  }

  @Test func `what is spoken takes its place`() throws {
    let request = try request("d.mp4")
    try tiny.folder.run(
      "ffmpeg", ["-v", "error", "-f", "lavfi", "-i", "anullsrc=r=16000:cl=mono:d=0.5", "quiet.wav"])
    let speech = SpeakRequest(audio: tiny.folder.file("quiet.wav"), output: "")
    _ = try TalkingJob(request, speech: speech).run()
    let loudest = try samples(request.output).values.map(abs).max()
    #expect((loudest ?? 1) < 0.01)
  }
}
