import Foundation
import TestSupport
import Testing

/// The commands that look into batches and steer them, on a real batch of two short jobs.
@Suite(.enabled(if: CommandRun.binary != nil, "needs a built avatar"))
struct BatchCommandTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    for name in ["a", "b"] {
      try folder.run("espeak-ng", ["-w", "\(name).wav", "hello \(name)"])
    }
    try folder.write(
      Array(
        """
        version: 1
        defaults: {speak: {avatar: amara, threads: 2}, labels: {team: news}}
        jobs:
        - {name: a, speak: {audio: a.wav}, output: out/a.mp4}
        - {name: b, speak: {audio: b.wav}, output: out/b.mp4, needs: a}

        """.utf8), to: "m.yaml")
  }

  private func batch(_ arguments: String..., status: Int32 = 0) throws -> CommandRun {
    let run = try CommandRun.run(
      ["batch"] + arguments, in: folder.url, environment: ["AVATAR_HOME": folder.file("home")])
    #expect(run.status == status, "\(arguments): \(run.standardError)")
    if status != 0, status != 1 {
      #expect(run.standardOutput.isEmpty)
      #expect(run.standardError.split(separator: "\n").count == 1, "\(run.standardError)")
    }
    return run
  }

  private func json(_ arguments: String..., status: Int32 = 0) throws -> [String: Any] {
    let run = try CommandRun.run(
      ["batch"] + arguments + ["--json"], in: folder.url,
      environment: ["AVATAR_HOME": folder.file("home")])
    #expect(run.status == status, "\(arguments): \(run.standardError)")
    let object = try JSONSerialization.jsonObject(with: Data(run.standardOutput.utf8))
    return try #require(object as? [String: Any])
  }

  @Test func `from plan to prune`() throws {
    let plan = try json("plan", "m.yaml")
    #expect(plan["jobs_to_run"] as? Int == 2)
    #expect(plan["actions"] as? [String: Int] == ["new": 2])
    #expect((plan["estimate"] as? [String: Any])?["jobs_without_rate"] as? Int == 2)
    #expect(!folder.names.contains("home"))

    _ = try batch("run", "m.yaml", "--quiet")
    let done = try batch("plan", "m.yaml")
    #expect(done.standardOutput == "m.yaml: 2 jobs, 0 to run: 2 done\n")
    let forced = try batch("plan", "m.yaml", "--force")
    #expect(forced.standardOutput.contains("estimate: about "), "\(forced.standardOutput)")
    try checkLooks()

    try adoptAnew()

    let pruned = try json("prune", "--older-than", "0s", "--dry-run")
    #expect((pruned["jobs"] as? [String])?.sorted() == ["a", "b"])
    #expect(try batch("prune").standardOutput.hasPrefix("removed 0 jobs"))
    #expect(try batch("prune", "--older-than", "0s").standardOutput.hasPrefix("removed 2 jobs"))
    #expect(FileManager.default.fileExists(atPath: folder.file("out/a.mp4")))
    #expect(try batch("jobs").standardOutput.isEmpty)
  }

  private func checkLooks() throws {
    let status = try json("status", "m.yaml")
    #expect((status["jobs"] as? [String: Int])?["succeeded"] == 2)
    #expect(status["left"] as? Int == 0 && status["runner"] == nil)
    #expect(try #require(status["seconds_per_job"] as? Double) > 0)
    #expect(try batch("status", "--watch").standardOutput.hasSuffix("2 jobs: 2 succeeded\n"))
    let jobs = try batch("jobs", "--label", "team=news", "--state", "succeeded").standardOutput
    #expect(jobs.split(separator: "\n").map { $0.split(separator: "\t")[1] } == ["a", "b"])
    #expect(try batch("jobs", "--label", "team=x").standardOutput.isEmpty)

    let logs = try json("logs", "b")
    let log = try #require((logs["jobs"] as? [[String: Any]])?.first)
    let attempts = try #require(log["attempts"] as? [[String: Any]])
    #expect(attempts.count == 1 && attempts[0]["outcome"] as? String == "succeeded")
    #expect((log["output_sha256"] as? String)?.count == 64)
    let lines = try #require((log["log"] as? [String: Any])?["lines"] as? [String])
    #expect(lines.last?.contains("succeeded") == true)
    let text = try batch("logs", "b", "m.yaml", "--follow").standardOutput
    #expect(
      text.contains("\nlog: ") && text.contains(#/logs\/b-[0-9a-f]{12}\.log\n  20/#), "\(text)")

    #expect(try batch("retry", "--failed").standardOutput == "no job has failed: nothing to do\n")
    #expect(try batch("cancel", "a").standardOutput == "a: is succeeded, left as it is\n")
  }

  private func adoptAnew() throws {
    let ledger = folder.file("home/batch/ledger.sqlite")
    try folder.write(Array("not a ledger at all".utf8), to: "home/batch/ledger.sqlite")
    let damaged = try batch("status", status: 65)
    #expect(damaged.standardError.contains("avatar batch adopt"))
    try FileManager.default.removeItem(atPath: folder.file("out/b.mp4"))
    try FileManager.default.copyItem(
      atPath: folder.file("a.wav"), toPath: folder.file("out/b.mp4"))
    let adopted = try json("adopt", "m.yaml", "--quiet", status: 1)
    #expect(adopted["adopted"] as? [String] == ["a"])
    let refused = try #require((adopted["refused"] as? [[String: Any]])?.first)
    #expect(refused["reason"] as? String == "not_made_by_batch")
    let aside = try #require(adopted["moved_aside"] as? String)
    #expect(aside.hasPrefix(ledger + ".damaged-"))
    #expect(FileManager.default.fileExists(atPath: aside))
    #expect(try batch("plan", "m.yaml").standardOutput.hasPrefix("queued             b: needs a\n"))
    #expect(try batch("cancel", "--all").standardOutput == "b: cancelled\n")
    let queued = try batch("retry", "b", "a")
    #expect(
      queued.standardOutput
        == "b: queued again\na: is succeeded, left as it is; avatar batch run MANIFEST --force does what is done again\n"
    )
    #expect(queued.standardError == "avatar: no run works: avatar batch run does them\n")
    #expect(try batch("cancel", "b").standardOutput == "b: cancelled\n")
  }

  @Test(
    arguments: [
      ["status"], ["jobs"], ["logs", "a"], ["retry", "a"], ["cancel", "--all"], ["prune"],
    ])
  func `without a ledger`(arguments: [String]) throws {
    let run = try CommandRun.run(
      ["batch"] + arguments + ["--json", "--ledger", "none/ledger.sqlite"], in: folder.url)
    #expect(run.status == 66 && run.standardOutput.isEmpty)
    #expect(run.standardError.contains("none/ledger.sqlite: there is no ledger"))
    #expect(!folder.names.contains("none"))
  }

  @Test func `wrong usage and wrong manifests`() throws {
    let dash = try CommandRun.run(["batch", "logs", "-zebra"], in: folder.url)
    #expect(dash.status == 64 && dash.standardError.contains("put -- before the name of a job"))
    _ = try batch("retry", status: 64)
    _ = try batch("retry", "a", "--failed", status: 64)
    _ = try batch("cancel", "--manifest", "m.yaml", status: 64)
    _ = try batch("jobs", "--state", "frob", status: 64)
    _ = try batch("jobs", "--label", "team", status: 64)
    _ = try batch("prune", "--older-than", "soon", status: 64)
    _ = try batch("status", "--failures", "-1", status: 64)
    _ = try batch("logs", "a", "--follow", "--json", status: 64)
    try folder.write(Array("version: 1\njobs: []\n".utf8), to: "empty.yaml")
    for (command, undone) in [("plan", "planned"), ("adopt", "adopted")] {
      for (manifest, status) in [("empty.yaml", Int32(65)), ("none.yaml", 66)] {
        let run = try CommandRun.run(["batch", command, manifest, "--json"], in: folder.url)
        #expect(run.status == status && run.standardOutput.isEmpty, "\(run.standardError)")
        #expect(
          run.standardError.hasSuffix(", \(manifest): nothing was \(undone); mend them first\n"))
      }
    }
  }
}
