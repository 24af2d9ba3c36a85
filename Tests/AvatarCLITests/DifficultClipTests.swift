import Foundation
import Media
import TestSupport
import Testing

/// Clips that break lip-sync programs: the output is whole, of the right length, and says where nothing was painted.
@Suite(.enabled(if: CommandRun.binary != nil, "needs a built avatar"))
struct DifficultClipTests {
  private struct Report: Decodable {
    struct Range: Decodable {
      let first: Int
      let count: Int
      let start: Double
      let end: Double
      let reason: String
    }
    let frames: Int
    let frames_with_face: Int
    let frames_passed_through: Int
    let passed_through: [Range]

    func isPassedThrough(_ frame: Int) -> Bool {
      passed_through.contains { ($0.first..<($0.first + $0.count)).contains(frame) }
    }
  }

  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    for name in ["amara", "henrik"] {
      _ = try CommandRun.run(["presenters", "--save", name, "-o", "\(name).mp4"], in: folder.url)
    }
    try folder.run(
      "ffmpeg",
      ["-v", "error", "-f", "lavfi", "-i", "anoisesrc=d=3:c=pink:a=0.5:r=16000", "say.wav"])
  }

  /// Makes a clip of three seconds, 10 frames each, and speaks on it.
  private func speak(
    _ filter: String, inputs: [String] = ["amara.mp4"], seconds: Double = 3,
    _ arguments: [String] = []
  ) throws -> Report {
    try folder.run(
      "ffmpeg",
      ["-v", "error", "-y"] + inputs.flatMap { ["-i", $0] }
        + ["-filter_complex", filter, "-t", "\(seconds)", "-r", "10", "-c:v", "libx264"]
        + ["-preset", "ultrafast", "-crf", "12", "-pix_fmt", "yuv420p", "clip.mp4"])
    let run = try CommandRun.run(
      ["speak", "--json", "--quiet", "--force", "--audio", "say.wav", "--avatar", "clip.mp4"]
        + ["--length", "clip", "--fps", "10", "-o", "out.mp4"] + arguments, in: folder.url)
    try #require(run.status == 0, "\(run.standardError)")
    let report = try JSONDecoder().decode(Report.self, from: Data(run.standardOutput.utf8))
    try checkWhole(report, frames: Int(seconds * 10))
    return report
  }

  private func checkWhole(_ report: Report, frames: Int) throws {
    #expect(report.frames == frames)
    var decoded = 0
    _ = try VideoSource(folder.file("out.mp4")).scan { _, _ in decoded += 1 }
    #expect(decoded == frames)
    #expect(report.frames_with_face + report.frames_passed_through == frames)
    #expect(report.passed_through.reduce(0) { $0 + $1.count } == report.frames_passed_through)
    for (range, next) in zip(report.passed_through, report.passed_through.dropFirst()) {
      #expect(range.first + range.count <= next.first)
    }
    for range in report.passed_through {
      #expect(range.count > 0 && abs(range.start - Double(range.first) / 10) < 1e-6)
      #expect(abs(range.end - range.start - Double(range.count) / 10) < 1e-6)
    }
  }

  /// Amara before a grey wall, at `x` as long as she is in the picture.
  private func wall(_ x: String) -> String {
    "[0]fps=10,scale=320:320[a];color=gray:s=640x320:r=10:d=3[w];[w][a]overlay=x='\(x)':shortest=0"
  }

  @Test func `the face leaves the picture and comes back`() throws {
    let report = try speak(wall("if(lt(t,1),160,if(lt(t,2),700,160))"))
    #expect((0..<9).allSatisfy { !report.isPassedThrough($0) })
    #expect((11..<19).allSatisfy(report.isPassedThrough))
    #expect((24..<30).allSatisfy { !report.isPassedThrough($0) })
    #expect(report.passed_through.allSatisfy { $0.reason == "no_face" })
  }

  @Test func `the face moves out over the picture's edge`() throws {
    let report = try speak(wall("160+max(0,t-1)*400"))
    #expect((0..<10).allSatisfy { !report.isPassedThrough($0) })
    #expect((25..<30).allSatisfy(report.isPassedThrough))
  }

  @Test func `cuts to another scene, and to another person`() throws {
    let report = try speak(
      """
      [0]fps=10,scale=320:320,trim=end=1,setsar=1[a];testsrc=s=320x320:r=10:d=1,setsar=1[b];\
      [1]fps=10,crop=400:400,scale=320:320,trim=end=1,setsar=1[c];[a][b][c]concat=n=3
      """, inputs: ["amara.mp4", "henrik.mp4"])
    for frame in 0..<30 {
      #expect(report.isPassedThrough(frame) == (10..<20).contains(frame), "\(frame)")
    }
  }

  @Test func `a second face comes and goes`() throws {
    let report = try speak(
      """
      [0]fps=10,scale=320:320,split[a][b];color=gray:s=640x320:r=10:d=3[w];\
      [w][a]overlay=x=0:shortest=0[m];[m][b]overlay=x=320:enable='between(t,1,2)'
      """)
    #expect(report.frames_passed_through == 0)
  }

  @Test func `the face is covered`() throws {
    let report = try speak(
      "[0]fps=10,scale=320:320,drawbox=c=gray:t=fill:enable='between(t,0.95,1.95)'")
    #expect((0..<9).allSatisfy { !report.isPassedThrough($0) })
    #expect((11..<19).allSatisfy(report.isPassedThrough))
    #expect((24..<30).allSatisfy { !report.isPassedThrough($0) })
  }

  @Test func `the face turns upside down`() throws {
    let report = try speak("[0]fps=10,scale=320:320,rotate='if(lt(t,1),0,min(PI,(t-1)*PI))'")
    #expect((0..<9).allSatisfy { !report.isPassedThrough($0) })
  }

  @Test func `a face 30 pixels wide, and one of 2,000`() throws {
    let small = try speak("[0]fps=10,scale=64:64,pad=320:240:100:60:gray")
    #expect(small.frames == 30)
    let large = try speak("[0]fps=10,crop=300:340:106:60,scale=2400:2720", seconds: 0.5)
    #expect(large.frames_passed_through == 0)
  }
}
