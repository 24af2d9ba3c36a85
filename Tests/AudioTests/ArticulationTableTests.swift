import Foundation
import MediaTypes
import TestSupport
import Testing

@testable import Audio

struct ArticulationTableTests {
  private let track = ArticulationTrack(
    steps: [.closed, Articulation(values: [1, -0.5, 0.25, 0, 0.00004, 0.99999, 0.1])])

  @Test func `names its columns and tells the time of each step`() {
    #expect(
      ArticulationTable(track).commaSeparated == """
        time,jaw,width,rounding,upper_lip,lower_lip,teeth,tongue
        0.010000,0.0000,0.0000,0.0000,0.0000,0.0000,0.0000,0.0000
        0.030000,1.0000,-0.5000,0.2500,0.0000,0.0000,1.0000,0.1000

        """)
  }

  @Test func `has a row for each frame at exact times`() {
    let table = ArticulationTable(track, rate: Rational(30_000, 1001), frameCount: 3)
    let lines = table.commaSeparated.split(separator: "\n")
    #expect(lines.count == 4)
    #expect(lines[1].hasPrefix("0.016683,") && lines[3].hasPrefix("0.083417,1.0000,-0.5000"))
  }

  @Test func `is JSON that says the same`() throws {
    struct File: Decodable {
      let rate: String
      let steps: [[String: Double]]
    }
    let file = try JSONDecoder().decode(File.self, from: Data(ArticulationTable(track).json.utf8))
    #expect(file.rate == "50" && file.steps.count == 2)
    #expect(file.steps[1]["time"] == 0.03 && file.steps[1]["width"] == -0.5)
    #expect(Set(file.steps[0].keys) == Set(["time"] + Articulation.names))
  }
}

struct TextOutputTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func code(_ path: String) -> ExitCode? {
    #expect(throws: AudioError.self) { try TextOutput(path: path, replacing: false) }?.exitCode
  }

  @Test func `appears complete, alone, and only when written`() throws {
    let path = folder.file("a.csv")
    let output = try TextOutput(path: path, replacing: false)
    #expect(!FileManager.default.fileExists(atPath: path))
    try output.write("1,2\n")
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "1,2\n")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a.csv"])
  }

  @Test func `replaces a file only when told to`() throws {
    let path = try folder.write(Array("old".utf8), to: "a.csv")
    #expect(code(path) == .cannotCreateOutput)
    try TextOutput(path: path, replacing: true).write("new")
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "new")
  }

  @Test func `refuses folders, and places below no folder`() {
    #expect(code(folder.path) == .cannotCreateOutput)
    #expect(code(folder.file("none/a.csv")) == .cannotCreateOutput)
  }

  @Test func `says when the disk is full`() throws {
    guard FileManager.default.fileExists(atPath: "/dev/full") else { return }
    let path = folder.file("a.csv")
    let temporary = "\(path).\(ProcessInfo.processInfo.processIdentifier).partial"
    try FileManager.default.createSymbolicLink(
      atPath: temporary, withDestinationPath: "/dev/full")
    let output = try TextOutput(path: path, replacing: false)
    let error = #expect(throws: AudioError.self) { try output.write("text") }
    #expect(error?.exitCode == .inputOutputError)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
  }
}
