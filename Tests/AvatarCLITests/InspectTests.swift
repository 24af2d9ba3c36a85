import Foundation
import Media
import MediaTypes
import TestSupport
import Testing

/// `inspect` and `--face` on clips of two presenters.
@Suite(.enabled(if: CommandRun.binary != nil, "needs a built avatar"))
struct InspectTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static func presenter(_ name: String) -> String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Models/mini/presenters/\(name).mp4").path
  }

  /// Puts presenters of 320 pixels together with an ffmpeg filter that ends in `[v]`.
  private func compose(_ names: [String], _ filter: String, to output: String) throws {
    let inputs = names.flatMap { ["-i", Self.presenter($0)] }
    let scaled = names.indices.map { "[\($0)]scale=320:320[p\($0)];" }.joined()
    try folder.run(
      "ffmpeg",
      ["-v", "error"] + inputs + [
        "-filter_complex", scaled + filter, "-map", "[v]", "-an", "-t", "1.6", output,
      ])
  }

  private func inspect(_ arguments: [String]) throws -> InspectReport {
    let run = try CommandRun.run(["inspect", "--json", "--quiet"] + arguments, in: folder.url)
    try #require(run.status == 0, "\(run.standardError)")
    return try JSONDecoder().decode(InspectReport.self, from: Data(run.standardOutput.utf8))
  }

  /// The part of the report that is looked at.
  private struct InspectReport: Decodable {
    struct Face: Decodable {
      let number: Int
      let frames_with_face: Int
      let chosen: Bool
    }
    let width: Int
    let frames: Int
    let frames_with_face: Int
    let faces: [Face]
  }

  @Test func `two people side by side are both found, and a sheet is drawn`() throws {
    try compose(["amara", "henrik"], "[p0][p1]hstack[v]", to: "two.mp4")
    let report = try inspect(["two.mp4", "-o", "sheet.png", "--frames", "5", "--face", "right"])
    #expect(report.width == 640 && report.frames == 40 && report.frames_with_face == 40)
    #expect(report.faces.map(\.number) == [1, 2] && report.faces.map(\.chosen) == [false, true])
    #expect(report.faces.allSatisfy { $0.frames_with_face == 40 })
    let sheet = try probe(folder.file("sheet.png"))
    #expect(sheet.width == 1600 && sheet.height == 2 * (200 + 24))
    let again = try CommandRun.run(["inspect", "two.mp4", "-o", "sheet.png"], in: folder.url)
    #expect(again.status == 73)
    let third = try CommandRun.run(
      ["inspect", "two.mp4", "--face", "3", "--quiet"], in: folder.url)
    #expect(third.status == 65 && third.standardOutput.isEmpty)
    #expect(
      third.standardError
        == "avatar: error: face 3: only 2 faces were found: use 1 to 2, and see them with 'avatar inspect'\n"
    )
  }

  @Test func `a picture chooses its person, after a cut too`() throws {
    try compose(
      ["amara", "henrik"],
      """
      [p0]split[a0][a1];[p1]split[b0][b1];[a0][b0]hstack,trim=end=0.8[first];\
      [b1][a1]hstack,trim=start=0.8,setpts=PTS-STARTPTS,eq=brightness=0.1[then];[first][then]concat[v]
      """, to: "cut.mp4")
    try folder.run(
      "ffmpeg",
      ["-v", "error", "-ss", "3", "-i", Self.presenter("henrik"), "-frames:v", "1", "henrik.png"])
    let report = try inspect(["cut.mp4", "--face", "henrik.png"])
    #expect(report.faces.count == 2)
    #expect(report.faces.map(\.chosen) == [false, true])
    #expect(report.faces.allSatisfy { $0.frames_with_face >= 36 })
  }

  @Test func `people who cross stay two`() throws {
    try compose(
      ["amara", "henrik"],
      """
      color=c=gray:s=960x320:r=25[bg];[bg][p1]overlay=x='640-400*t':shortest=1[b];\
      [b][p0]overlay=x='400*t'[v]
      """, to: "cross.mp4")
    let report = try inspect(["cross.mp4", "--face", "1"])
    #expect(report.faces.count == 2)
    #expect(report.faces.allSatisfy { $0.frames_with_face > 15 })
  }

  @Test func `only the chosen face is painted`() throws {
    try compose(["amara", "henrik"], "[p0][p1]hstack[v]", to: "two.mp4")
    try folder.run("espeak-ng", ["-w", "say.wav", "Papa may go."])
    var pictures: [String: [UInt8]] = [:]
    for face in ["left", "2", "right"] {
      let run = try CommandRun.run(
        [
          "speak", "--audio", "say.wav", "--avatar", "two.mp4", "--face", face, "-o", "\(face).mp4",
          "--quiet", "--crf", "0",
        ], in: folder.url)
      try #require(run.status == 0, "\(run.standardError)")
      pictures[face] = try frame(12, of: "\(face).mp4")
    }
    let source = try frame(12, of: "two.mp4")
    let (left, right) = (try #require(pictures["left"]), try #require(pictures["right"]))
    #expect(pictures["2"] == right)
    let halves = [left, right].map { picture in
      (0..<2).map { half in
        zip(picture, source).enumerated().count { index, pair in
          index % 640 / 320 == half && abs(Int(pair.0) - Int(pair.1)) > 3
        }
      }
    }
    #expect(halves[0][0] > 50 && halves[0][1] == 0)
    #expect(halves[1][1] > 50 && halves[1][0] == 0)
  }

  /// The brightness of one frame of a film of 640 x 320 pixels.
  private func frame(_ index: Int, of name: String) throws -> [UInt8] {
    let source = try openPictureSource(folder.file(name))
    _ = try source.scan { _, _ in }
    let frame = try source.frame(at: index)
    return Array(frame.samples[frame.lumaRange])
  }
}
