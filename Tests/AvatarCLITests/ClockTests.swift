import Foundation
import TestSupport
import Testing

/// `scripts/clock-test` for ten seconds at each rate; its own default is ten minutes.
@Suite(.enabled(if: CommandRun.binary != nil, "needs a built avatar"))
struct ClockTests {
  private static let script = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "scripts/clock-test")

  private func run(_ arguments: [String]) throws -> CommandRun {
    try CommandRun.run(arguments, binary: Self.script.path)
  }

  @Test func `every frame and chirp is in its place at every rate`() throws {
    let binary = try #require(CommandRun.binary)
    let run = try run(["--avatar", binary, "--seconds", "10"])
    #expect(run.status == 0, "\(run.standardOutput)\(run.standardError)")
    #expect(run.standardOutput.split(separator: "\n").count == 8)
  }

  @Test func `a rate that is none is refused`() throws {
    let run = try run(["--rates", "26"])
    #expect(run.status == 2 && run.standardError.contains("rate 26: known are 24, 25"))
  }
}
