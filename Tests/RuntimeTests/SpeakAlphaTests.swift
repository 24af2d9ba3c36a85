import Foundation
import LipSync
import MediaTypes
import TestSupport
import Testing

@testable import Media
@testable import Runtime

/// Transparent pictures and clips, and the formats that keep them so.
@Suite struct SpeakAlphaTests {
  private let folder: TemporaryFolder
  /// Opaque on the left, fading to nothing on the right; colours that stay the same.
  private let fade = "color=0xC04020:s=64x48:r=10,format=rgba,geq=r='r(X,Y)':g='g(X,Y)':b='b(X,Y)':"

  init() throws {
    folder = try TemporaryFolder()
    try folder.run(
      "ffmpeg", ["-v", "error", "-f", "lavfi", "-i", "sine=300:r=16000:d=1.2", "say.wav"])
  }

  private func make(_ name: String, _ arguments: [String]) throws {
    try folder.run(
      "ffmpeg",
      ["-v", "error", "-f", "lavfi", "-i", fade + "a='255-4*X'", "-t", "1"] + arguments + [name])
  }

  private func request(_ avatar: String, _ output: String) -> SpeakRequest {
    var request = SpeakRequest(audio: folder.file("say.wav"), output: folder.file(output))
    request.avatar = folder.file(avatar)
    request.rate = Rational(10)
    return request
  }

  private func frames(_ name: String) throws -> [Frame] {
    let source = try openPictureSource(folder.file(name), background: nil)
    var frames: [Frame] = []
    _ = try source.scan { frames.append($1) }
    return frames
  }

  private func look(_ name: String, _ stream: String) throws -> String {
    try folder.run(
      "ffprobe",
      ["-v", "error", "-select_streams", stream, "-show_entries", "stream=codec_name,pix_fmt"]
        + ["-of", "csv=p=0", name]
    ).standardOutput.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// The largest difference from the fade's opacity and from its colour where it is seen.
  private func misses(_ frame: Frame) throws -> (alpha: Int, color: Int) {
    let alpha = try #require(frame.alpha)
    let picture = frame.rgbPicture()
    var (worst, color) = (0, 0)
    for place in alpha.indices {
      let wanted = 255 - 4 * (place % 64)
      worst = max(worst, abs(Int(alpha[place]) - wanted))
      guard wanted > 30 else { continue }
      for (channel, value) in [0xC0, 0x40, 0x20].enumerated() {
        color = max(color, abs(Int(picture.samples[3 * place + channel]) - value))
      }
    }
    return (worst, color)
  }

  private static let sources = [
    ("a.png", ["-frames:v", "1"]),
    ("a.mov", ["-c:v", "prores_ks", "-profile:v", "4444", "-pix_fmt", "yuva444p10le"]),
    ("a.webm", ["-c:v", "libvpx-vp9", "-pix_fmt", "yuva420p", "-crf", "10", "-b:v", "0"]),
  ]

  @Test(arguments: sources, ["out.mov", "out.webm"])
  func `transparent sources stay transparent`(
    source: (name: String, arguments: [String]), output: String
  ) throws {
    try make(source.name, source.arguments)
    let report = try SpeakJob(request(source.name, output)).run()
    let isProRes = output == "out.mov"
    #expect(try look(output, "v").hasPrefix(isProRes ? "prores,yuva444p" : "vp9"))
    #expect(try look(output, "a") == (isProRes ? "aac" : "opus"))
    let frames = try frames(output)
    #expect(frames.count == 12 && report.frames == 12)
    for frame in frames {
      let (alpha, color) = try misses(frame)
      #expect(alpha <= (isProRes && source.name == "a.png" ? 1 : 12), "\(alpha)")
      #expect(color <= 14, "\(color)")
    }
    for stream in ["a", "v"] {
      let start = try folder.run(
        "ffprobe",
        ["-v", "error", "-select_streams", stream, "-show_entries", "stream=start_time", "-of"]
          + ["csv=p=0", output])
      let seconds = Double(start.standardOutput.trimmingCharacters(in: .whitespacesAndNewlines))
      // Opus begins with a run-in that is not played.
      #expect(abs(seconds ?? 1) < (stream == "a" ? 0.01 : 0.0001), "\(stream) \(output)")
    }
    let times = try VideoSource(folder.file(output)).scan { _, _ in }
    #expect((0..<12).allSatisfy { abs(times.seconds($0) - Double($0) / 10) < 0.001 })
  }

  @Test func `MP4 shows white, and any format the background that was chosen`() throws {
    try make("a.png", ["-frames:v", "1"])
    _ = try SpeakJob(request("a.png", "white.mp4")).run()
    let white = try #require(frames("white.mp4").first)
    #expect(white.alpha == nil && white.samples[62] > 215)
    for output in ["green.mp4", "green.mov", "green.webm"] {
      var request = request("a.png", output)
      request.background = try SpeakOptions.color("green")
      _ = try SpeakJob(request).run()
      let frame = try #require(frames(output).first)
      #expect(frame.alpha == nil, "\(output)")
      let pixel = frame.rgbPicture().samples[(3 * 62)..<(3 * 63)]
      #expect(pixel[3 * 62 + 1] > 225 && pixel[3 * 62] < 40, "\(output) \(pixel)")
    }
  }

  @Test func `opaque sources need no alpha`() throws {
    try folder.run(
      "ffmpeg",
      ["-v", "error", "-f", "lavfi", "-i", "testsrc2=s=64x48:r=10:d=1", "-pix_fmt", "yuv420p"]
        + ["b.mp4"])
    _ = try SpeakJob(request("b.mp4", "b.mov")).run()
    #expect(try look("b.mov", "v") == "prores,yuv444p10le")
    _ = try SpeakJob(request("b.mp4", "b.webm")).run()
    #expect(try look("b.webm", "v") == "vp9,yuv420p")
    let given = try frames("b.mp4")
    for name in ["b.mov", "b.webm"] {
      let made = try frames(name)
      #expect(made.count == 12)
      let error = zip(given[3].samples, made[3].samples).map { abs(Int($0) - Int($1)) }
        .reduce(0, +)
      #expect(Double(error) / Double(given[3].samples.count) < 4, "\(name)")
    }
  }

  @Test(arguments: ["mov", "webm"])
  func `a stopped run goes on to the same bytes, and tags tell how`(ending: String) throws {
    try make("a.png", ["-frames:v", "1"])
    try folder.run(
      "ffmpeg", ["-v", "error", "-f", "lavfi", "-i", "sine=300:r=16000:d=9", "long.wav"])
    var request = request("a.png", "a.\(ending)")
    request.audio = folder.file("long.wav")
    request.threads = 1
    request.visibleLabel = VisibleLabel("AI")
    try folder.write(
      Array("WEBVTT\n\n00:01.000 --> 00:02.000\na &lt; b\n".utf8), to: "words.vtt")
    request.captions = CaptionRequest(folder.file("words.vtt"))
    _ = try SpeakJob(request).run()
    (request.output, request.threads) = (folder.file("b.\(ending)"), 2)
    request.keepsUnfinishedWork = true
    try SpeakJob.runInTwoParts(request)
    let bytes = try ["a", "b"].map {
      try Data(contentsOf: URL(filePath: folder.file("\($0).\(ending)")))
    }
    #expect(bytes[0] == bytes[1])
    #expect(try frames("a.\(ending)").count == 90)
    let shown = try ShowReport(file: folder.file("a.\(ending)"))
    #expect(shown.isOurs && shown.label?.label == "1" && shown.visibleLabel == "AI")
    #expect(shown.command?.contains("a.\(ending)") == true, "\(shown.command ?? "")")
    let captions = try folder.run(
      "ffmpeg", ["-v", "error", "-copyts", "-i", "a.\(ending)", "-map", "0:s", "-f", "srt", "-"])
    #expect(captions.standardOutput.contains("00:00:01,000 --> 00:00:02,000"))
    #expect(captions.standardOutput.contains("a < b"), "\(captions.standardOutput)")
  }

  @Test func `a label is seen where the picture is transparent`() throws {
    try folder.run(
      "ffmpeg",
      ["-v", "error", "-f", "lavfi", "-i", "color=black@0:s=160x120,format=rgba", "-frames:v", "1"]
        + ["a.png"])
    var request = request("a.png", "a.mov")
    request.visibleLabel = VisibleLabel("AI")
    _ = try SpeakJob(request).run()
    let frame = try #require(frames("a.mov").first)
    let alpha = try #require(frame.alpha)
    #expect(alpha.max() ?? 0 >= 250 && alpha[160 * 119] == 0)
    let bright = frame.lumaRange.filter { frame.samples[$0] > 200 }
    #expect(!bright.isEmpty && bright.allSatisfy { alpha[$0] > 150 })
  }
}
