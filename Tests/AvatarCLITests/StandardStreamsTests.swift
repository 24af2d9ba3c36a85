import Foundation
import TestSupport
import Testing

/// Streams that the caller closed, filled or left: an error at most, never a crash.
@Suite(.enabled(if: CommandRun.binary != nil, "needs a built avatar"))
struct StandardStreamsTests {
  private func shell(_ arguments: String, _ redirection: String) throws -> CommandRun {
    let binary = try #require(CommandRun.binary)
    return try CommandRun.run(
      ["sh", "-c", "exec \"$0\" \(arguments) \(redirection)", binary], binary: "/usr/bin/env")
  }

  @Test(
    arguments: ["presenters", "presenters --json", "network list", "network list --json"],
    [">/dev/full", ">&-"])
  func `stdout that takes nothing`(arguments: String, redirection: String) throws {
    let run = try shell(arguments, redirection)
    #expect(run.status == 74, "\(run.standardError)")
    #expect(run.standardError.hasPrefix("avatar: error: "), "\(run.standardError)")
    #expect(run.standardError.split(separator: "\n").count == 1, "\(run.standardError)")
  }

  @Test func `closed stderr and stdin`() throws {
    let run = try shell("presenters", "2>&- <&-")
    #expect(run.status == 0)
    #expect(run.standardOutput.contains("amara"))
  }

  @Test func `an error with nowhere to tell it`() throws {
    #expect(try shell("speak --audio none.wav", "2>&-").status == 66)
    #expect(try shell("speak --audio none.wav", "2>/dev/full").status == 66)
  }

  @Test func `an instruction set that does not exist`() throws {
    let run = try CommandRun.run(["presenters"], environment: ["AVATAR_MAX_ISA": "sse9"])
    #expect(run.status == 64)
    #expect(run.standardError.contains("sse9") && run.standardOutput.isEmpty)
  }
}
