import Foundation
import Media
import MediaTypes
import TestSupport
import Testing

@testable import Runtime

/// Which of sound and clip decides how long the video is; clips without a face, which mini leaves as they are.
@Suite struct SpeakLengthTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    for (name, seconds) in [("short", "1"), ("long", "2.5")] {
      try folder.run(
        "ffmpeg",
        ["-v", "error", "-f", "lavfi", "-i", "sine=300:r=16000:d=\(seconds)", "\(name).wav"])
      try folder.run(
        "ffmpeg",
        ["-v", "error", "-f", "lavfi", "-i", "testsrc2=s=64x48:r=30000/1001:d=\(seconds)"]
          + ["-pix_fmt", "yuv420p", "-c:v", "libx264", "\(name).mp4"])
    }
  }

  private func request(_ audio: String, _ clip: String, _ length: VideoLength) -> SpeakRequest {
    var request = SpeakRequest(audio: folder.file(audio), output: folder.file("out.mp4"))
    request.avatar = folder.file(clip)
    request.length = length
    return request
  }

  @Test(
    arguments: [
      ("short.wav", "long.mp4", VideoLength.sound, 30), ("short.wav", "long.mp4", .clip, 75),
      ("short.wav", "long.mp4", .longest, 75), ("short.wav", "long.mp4", .shortest, 30),
      ("long.wav", "short.mp4", .sound, 75), ("long.wav", "short.mp4", .clip, 30),
      ("long.wav", "short.mp4", .longest, 75), ("long.wav", "short.mp4", .shortest, 30),
    ])
  func `sound, clip, the longer or the shorter`(
    audio: String, clip: String, length: VideoLength, frames: Int
  ) throws {
    let report = try SpeakJob(request(audio, clip, length)).run()
    #expect(report.frames == frames)
    let sound = try AudioReader(report.output)
    var samples: [Float] = []
    while let chunk = try sound.read() { samples += chunk.channels[0] }
    // A sound that is not cut keeps its own length; else it ends with the picture.
    let isShort = audio == "short.wav"
    let isNatural = frames == (isShort ? 30 : 75)
    let seconds = isNatural ? (isShort ? 1 : 2.5) : Double(frames) * 1001 / 30000
    let told = try folder.run(
      "ffprobe",
      ["-v", "error", "-select_streams", "a", "-show_entries", "stream=duration", "-of", "csv=p=0"]
        + [report.output])
    let duration = try #require(
      Double(told.standardOutput.trimmingCharacters(in: .whitespacesAndNewlines)))
    #expect(abs(duration - seconds) < 0.0002)
    #expect(samples[1000..<14000].contains { abs($0) > 0.05 })
    if frames == 75, isShort {
      #expect(samples[17500...].allSatisfy { abs($0) < 0.001 }, "silence follows")
    }
  }

  @Test func `a clip of uneven times lasts as long as its last frame`() throws {
    try folder.run(
      "ffmpeg",
      ["-v", "error", "-i", "long.mp4", "-vf", "select='not(eq(mod(n\\,3)\\,1))'", "-vsync", "vfr"]
        + ["uneven.mp4"])
    var request = request("short.wav", "uneven.mp4", .clip)
    request.rate = Rational(25)
    let report = try SpeakJob(request).run()
    #expect(abs(report.duration - 2.5025) <= 0.04, "\(report.duration)")
  }

  @Test func `MuseTalk hears silence after the sound`() throws {
    var request = request("short.wav", "long.mp4", .clip)
    request.model = MuseTalkNetworkTests.folder
    request.rate = Rational(2)
    #expect(try SpeakJob(request).run().frames == 6)
  }

  @Test func `what has no length of its own can't decide it`() throws {
    try folder.run(
      "ffmpeg", ["-v", "error", "-i", "long.mp4", "-frames:v", "1", "picture.png"])
    for length in [VideoLength.clip, .longest, .shortest] {
      var request = request("short.wav", "picture.png", length)
      let still = #expect(throws: RuntimeError.self) { try SpeakJob(request).run() }
      #expect(still?.exitCode == .usage)
      #expect(
        still?.description
          == "--length \(length): picture \(folder.file("picture.png")) has no length of its own: "
          + "use --length sound")
      request.avatar = nil
      let presenter = #expect(throws: RuntimeError.self) { try SpeakJob(request).run() }
      #expect(presenter?.description.contains("loops for ever: use --length sound") == true)
    }
    #expect(!folder.names.contains("out.mp4"))
  }

  @Test func `the mouth closes after the sound, and only where the video goes on`() {
    let open = Articulation(values: [1, 0.5, 0, 0, 0, 0, 0])
    let track = ArticulationTrack(steps: Array(repeating: open, count: 50))
    let rate = Rational(25)
    #expect(track.closing(beforeFrame: 25, rate: rate) == track)
    #expect(track.closing(beforeFrame: 26, rate: rate) == track)
    let closing = track.closing(beforeFrame: 50, rate: rate)
    #expect(closing.articulation(atFrame: 24, rate: rate) == open)
    #expect(closing.articulation(atFrame: 26, rate: rate).values[0] < 0.7)
    #expect(closing.articulation(atFrame: 28, rate: rate) == .closed)
    #expect(closing.articulation(atFrame: 49, rate: rate) == .closed)
  }
}
