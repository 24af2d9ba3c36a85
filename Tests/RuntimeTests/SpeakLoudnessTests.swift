import Foundation
import MediaTypes
import TestSupport
import Testing

@testable import Media
@testable import Runtime

/// `speak --loudness`, judged by FFmpeg's own meter.
@Suite struct SpeakLoudnessTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try folder.run(
      "ffmpeg",
      ["-v", "error", "-f", "lavfi", "-i", "testsrc2=s=64x48:r=5:d=1", "-pix_fmt", "yuv420p"]
        + ["clip.mp4"])
  }

  private func sound(_ source: String, _ name: String, _ arguments: [String] = []) throws {
    try folder.run(
      "ffmpeg", ["-v", "error", "-f", "lavfi", "-i", source] + arguments + [name])
  }

  private func speak(_ audio: String, _ loudness: Double?) throws -> String {
    var request = SpeakRequest(audio: folder.file(audio), output: folder.file("out.mp4"))
    request.avatar = folder.file("clip.mp4")
    request.loudness = loudness
    request.replacesOutput = true
    return try SpeakJob(request).run().output
  }

  /// Integrated loudness and true peak as FFmpeg measures them.
  private func measure(_ path: String) throws -> (loudness: Double, peak: Double) {
    let run = try folder.run(
      "ffmpeg", ["-nostdin", "-i", path, "-vn", "-af", "ebur128=peak=true", "-f", "null", "-"])
    let summary = run.standardError.components(separatedBy: "Summary:").last ?? ""
    func value(_ name: String) throws -> Double {
      let after = try #require(summary.components(separatedBy: name).dropFirst().first)
      return try #require(Double(after.split(separator: " ")[0]))
    }
    return (try value("I:"), try value("Peak:"))
  }

  /// Loud and quiet stretches with a pause, at several rates and channels.
  private static let speechLike =
    "aevalsrc='(0.2+0.2*sin(2*PI*0.7*t))*sin(2*PI*(220+80*sin(7*t))*t)*between(mod(t,3),0,2)"

  @Test(arguments: [
    ("|0.5*sin(900*t)':s=48000:d=8", -16.0), ("':s=44100:d=8", -23), ("':s=16000:d=8", -19.5),
    ("|0|0|0.3*sin(60*t)|0.1*sin(3000*t)|0.1*sin(3100*t)':c=5.1:s=48000:d=8", -23),
  ])
  func `the output has the loudness asked for, and its peaks stay below`(
    rest: String, target: Double
  ) throws {
    try sound(Self.speechLike + rest, "say.wav")
    let (loudness, peak) = try measure(speak("say.wav", target))
    #expect(abs(loudness - target) <= 0.5, "\(loudness)")
    #expect(peak <= -1, "\(peak)")
    let plain = try measure(speak("say.wav", nil))
    let given = try measure(folder.file("say.wav"))
    #expect(abs(plain.loudness - given.loudness) <= 0.3, "off by default")
    let measured = try measureLoudness(AudioTrack(path: folder.file("say.wav")))
    #expect(abs((measured.integrated ?? 0) - given.loudness) <= 0.1)
    #expect(abs(measured.truePeak - given.peak) <= 0.2, "\(measured.truePeak) \(given.peak)")
  }

  @Test func `one gain for all of it, so quiet stays quiet beside loud`() throws {
    try sound("aevalsrc='if(lt(t,4),0.02,0.2)*sin(2000*t)':s=16000:d=8", "say.wav")
    let reader = try AudioReader(speak("say.wav", -16))
    var samples: [Float] = []
    while let chunk = try reader.read() { samples += chunk.channels[0] }
    func power(_ range: Range<Int>) -> Float { samples[range].reduce(0) { $0 + $1 * $1 } }
    let ratio = power(80_000..<110_000) / power(16_000..<46_000)
    #expect(abs(10 * log10(ratio) - 20) < 0.5)
  }

  @Test(arguments: [
    ("anullsrc=r=16000:d=2", "is too quiet or too short to be brought to -16.0 LUFS"),
    ("sine=400:d=0.2", "is too quiet or too short to be brought to -16.0 LUFS"),
    ("aevalsrc='if(lt(mod(t,1),0.02),0.9,0.01)*sin(3000*t)':d=3", "peaks would clip at -16.0 LUFS"),
  ])
  func `what can't be reached is told before anything is painted`(
    source: String, complaint: String
  ) throws {
    try sound(source, "say.wav")
    let error = #expect(throws: RuntimeError.self) { try speak("say.wav", -16) }
    #expect(error?.exitCode == .badInput)
    #expect(error?.description.contains(complaint) == true, "\(error?.description ?? "")")
    #expect(folder.names == ["clip.mp4", "say.wav"])
  }

  @Test func `the highest loudness that a complaint names can be reached`() throws {
    let loudness = Loudness(integrated: -23.04, truePeak: -3)
    let error = #expect(throws: RuntimeError.self) {
      try LoudnessTarget(-16).gain(for: loudness, of: "a.wav")
    }
    #expect(error?.description.hasSuffix("use --loudness -21.6 or less") == true)
    #expect(abs(try LoudnessTarget(-21.6).gain(for: loudness, of: "a.wav") - 1.44) < 1e-9)
  }
}
