import Foundation
import LipSync
import MediaTypes
import TestSupport
import Testing

@testable import Media
@testable import Runtime

/// `speak --captions`: as a track, beside the video, and in the picture.
@Suite struct SpeakCaptionsTests {
  private let folder: TemporaryFolder
  private let text = """
    1
    00:00:00,500 --> 00:00:01,500
    Hello, <i>world</i>

    2
    00:00:01,000 --> 00:00:02,000
    مرحبا 你好

    3
    00:00:09,000 --> 00:00:10,000
    after the end

    """

  init() throws {
    folder = try TemporaryFolder()
    try folder.run(
      "ffmpeg", ["-v", "error", "-f", "lavfi", "-i", "sine=300:r=16000:d=3", "say.wav"])
    try folder.run(
      "ffmpeg",
      ["-v", "error", "-f", "lavfi", "-i", "color=0x336699:s=320x240:r=10:d=1", "-pix_fmt"]
        + ["yuv420p", "clip.mp4"])
    try folder.write(Array(text.utf8), to: "words.srt")
  }

  private func request(_ output: String, _ style: CaptionRequest.Style?) -> SpeakRequest {
    var request = SpeakRequest(audio: folder.file("say.wav"), output: folder.file(output))
    request.avatar = folder.file("clip.mp4")
    request.rate = Rational(10)
    request.captions = style.map { style in
      var captions = CaptionRequest(folder.file("words.srt"))
      captions.style = style
      return captions
    }
    return request
  }

  private func frames(_ output: String) throws -> [Frame] {
    let source = try VideoSource(folder.file(output))
    var frames: [Frame] = []
    _ = try source.scan { frames.append($1) }
    return frames
  }

  @Test func `a text track that other programs read, cut at the video's end`() throws {
    let report = try SpeakJob(request("a.mp4", .track)).run()
    #expect(report.frames == 30)
    let probe = try folder.run(
      "ffprobe",
      ["-v", "error", "-show_entries", "stream=codec_name,duration", "-of", "csv=p=0", "a.mp4"])
    #expect(probe.standardOutput.contains("mov_text"))
    let extracted = try folder.run(
      "ffmpeg", ["-v", "error", "-i", "a.mp4", "-map", "0:s", "-f", "srt", "-"])
    #expect(
      // FFmpeg names the font where it is not its own default.
      extracted.standardOutput.replacing(#/</?font[^>]*>/#, with: "")
        .replacing("\r\n", with: "\n") == """
          1
          00:00:00,500 --> 00:00:01,000
          Hello, world

          2
          00:00:01,000 --> 00:00:01,500
          Hello, world
          مرحبا 你好

          3
          00:00:01,500 --> 00:00:02,000
          مرحبا 你好


          """)
    // The picture is the one without captions.
    _ = try SpeakJob(request("plain.mp4", nil)).run()
    #expect(try frames("a.mp4") == frames("plain.mp4"))
    let command = try #require(try Media.probe(folder.file("a.mp4")).tags["avatar_command"])
    #expect(command.contains("--captions") && command.contains("--caption-style track"))
  }

  @Test func `a sidecar is the file, beside the video, and nothing is replaced`() throws {
    var request = request("a.mp4", .sidecar)
    _ = try SpeakJob(request).run()
    #expect(folder.names == ["a.mp4", "a.srt", "clip.mp4", "say.wav", "words.srt"])
    #expect(try String(contentsOfFile: folder.file("a.srt"), encoding: .utf8) == text)
    try FileManager.default.removeItem(atPath: folder.file("a.mp4"))
    let error = #expect(throws: RuntimeError.self) { try SpeakJob(request).run() }
    #expect(error?.exitCode == .cannotCreateOutput)
    #expect(error?.description.contains("a.srt") == true)
    request.output = folder.file("words.mp4")
    _ = try SpeakJob(request).run()
    #expect(try String(contentsOfFile: folder.file("words.srt"), encoding: .utf8) == text)
  }

  @Test func `burnt captions are seen for their time only, in the middle below`() throws {
    _ = try SpeakJob(request("a.mp4", .burn)).run()
    _ = try SpeakJob(request("plain.mp4", nil)).run()
    let (burnt, plain) = (try frames("a.mp4"), try frames("plain.mp4"))
    func bright(_ frame: Frame) -> [Int] {
      frame.lumaRange.filter { frame.samples[$0] > 180 }
    }
    for index in 0..<30 {
      #expect(bright(plain[index]).isEmpty)
      #expect(bright(burnt[index]).isEmpty != (5..<20).contains(index), "\(index)")
    }
    let places = bright(burnt[7])
    let columns = places.map { $0 % 320 }
    let middle = Double((columns.min() ?? 0) + (columns.max() ?? 0)) / 2
    #expect(abs(middle - 160) <= 3, "\(middle)")
    #expect((places.map { $0 / 320 }.min() ?? 0) > 190)
    #expect((places.map { $0 / 320 }.max() ?? 240) < 228)
    // Where two show at once, there are more lines.
    let both = bright(burnt[12]).map { $0 / 320 }.min() ?? 240
    #expect(both < (places.map { $0 / 320 }.min() ?? 0) - 8)
  }

  @Test func `burnt captions stand above a label at the bottom, and a stopped run goes on`() throws
  {
    var request = request("a.mp4", .burn)
    var label = VisibleLabel("AI")
    label.position = .bottomLeft
    request.visibleLabel = label
    try folder.run(
      "ffmpeg", ["-v", "error", "-f", "lavfi", "-i", "sine=300:r=16000:d=9", "long.wav"])
    request.audio = folder.file("long.wav")
    _ = try SpeakJob(request).run()
    let frame = try frames("a.mp4")[7]
    let rows = frame.lumaRange.filter { frame.samples[$0] > 180 && $0 % 320 > 100 }.map { $0 / 320 }
    #expect((rows.max() ?? 240) < 208, "above the label")
    (request.output, request.keepsUnfinishedWork) = (folder.file("b.mp4"), true)
    try SpeakJob.runInTwoParts(request)
    let bytes = try ["a.mp4", "b.mp4"].map {
      try Data(contentsOf: URL(filePath: folder.file($0)))
    }
    #expect(bytes[0] == bytes[1])
  }

  @Test func `what can't be drawn or read is told before any work`() throws {
    let long = "1\n00:00:00,000 --> 00:00:01,000\n" + String(repeating: "word ", count: 200)
    try folder.write(Array(long.utf8), to: "words.srt")
    let error = #expect(throws: RuntimeError.self) { try SpeakJob(request("a.mp4", .burn)).run() }
    #expect(error?.exitCode == .badInput)
    #expect(
      error?.description.contains("the one at 0:00.0 is too long for pictures of 320x240") == true)
    try folder.write(Array("no captions".utf8), to: "words.srt")
    #expect(throws: MediaError.self) { try SpeakJob(request("a.mp4", .track)).run() }
    #expect(folder.names == ["clip.mp4", "say.wav", "words.srt"])
  }
}
