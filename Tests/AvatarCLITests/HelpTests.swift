import Foundation
import TestSupport
import Testing

/// What the commands say about themselves, and about being used wrongly.
@Suite(.enabled(if: CommandRun.binary != nil, "needs a built avatar"))
struct HelpTests {
  @Test(
    arguments: [
      [], ["speak"], ["prepare"], ["presenters"], ["audio"], ["audio", "mel"],
      ["audio", "articulation"],
      ["network"], ["network", "list"], ["network", "describe"], ["network", "run"],
      ["network", "export"], ["bench"], ["doctor"], ["batch"], ["batch", "validate"],
      ["batch", "schema"], ["batch", "run"], ["batch", "plan"], ["batch", "status"],
      ["batch", "jobs"], ["batch", "logs"], ["batch", "retry"], ["batch", "cancel"],
      ["batch", "adopt"], ["batch", "prune"],
    ])
  func `help fits a terminal of 80 columns`(command: [String]) throws {
    let run = try CommandRun.run(command + ["--help"], environment: ["COLUMNS": "80"])
    #expect(run.status == 0)
    let lines = run.standardOutput.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.filter { $0.count > 80 } == [])
    // A paragraph that was broken by hand as well leaves short lines in its midst.
    for (line, next) in zip(lines, lines.dropFirst())
    where line.contains(" ") && !line.hasPrefix(" ") && !next.hasPrefix(" ") && !next.isEmpty {
      let word = next.prefix { $0 != " " }
      #expect(line.count + 1 + word.count >= 80, "\(line)\n\(next)")
    }
  }

  @Test(
    arguments: [
      (["frob"], "avatar --help"), (["bench"], "avatar bench --help"),
      (["audio", "mel"], "avatar audio mel --help"), (["audio", "frob"], "avatar audio --help"),
      (["network", "run", "vae-decoder"], "avatar network run --help"),
    ])
  func `usage errors name the help that helps`(arguments: [String], hint: String) throws {
    let run = try CommandRun.run(arguments)
    #expect(run.status == 64)
    #expect(run.standardError.hasSuffix(": see `\(hint)`\n"), "\(run.standardError)")
    #expect(run.standardError.split(separator: "\n").count == 1)
  }

  @Test func `choices are listed on the line`() throws {
    let run = try CommandRun.run(["bench", "everything"])
    #expect(run.standardError.contains("following: mel, unet, vae-decoder, "))
  }

  @Test(
    arguments: [
      ["mel", "--batch", "2"], ["mel", "--model", "mini"], ["mel", "--threads", "1"],
      ["mel", "--precision", "bf16"], ["mel", "--profile"], ["whisper", "--batch", "2"],
      ["unet", "--model", "mini", "--batch", "2"], ["vae-decoder", "--model", "mini"],
      ["vae-encoder", "--model", "mini"], ["speak", "--model", "published"],
      ["speak", "--batch", "1"], ["speak", "--profile"], ["vae-decoder", "--batch", "0"],
    ])
  func `bench refuses options that would be ignored`(arguments: [String]) throws {
    let run = try CommandRun.run(["bench"] + arguments)
    #expect(run.status == 64, "\(run.standardError)")
    let option = try #require(arguments.last { $0.hasPrefix("--") })
    #expect(run.standardError.contains(option), "\(run.standardError)")
    #expect(run.standardOutput.isEmpty)
  }

  @Test func `bench measures a part with its options`() throws {
    let run = try CommandRun.run(
      ["bench", "unet", "--model", "mini", "--threads", "1", "--precision", "fp32", "--json"])
    #expect(run.status == 0, "\(run.standardError)")
    let object = try JSONSerialization.jsonObject(with: Data(run.standardOutput.utf8))
    let results = try #require((object as? [String: Any])?["benchmarks"] as? [[String: Any]])
    #expect(results.count == 1)
    #expect(results[0]["precision"] as? String == "fp32")
    #expect(results[0]["threads"] as? Int == 1)
    #expect(try #require(results[0]["seconds_per_frame"] as? Double) > 0)
  }
}
