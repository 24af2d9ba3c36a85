import Foundation
import TestSupport
import Testing

@Suite(.enabled(if: CommandRun.binary != nil, "needs a built avatar"))
struct BatchValidateTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try folder.write([1], to: "voice.wav")
    try write("good.yaml", "{output: a.mp4, speak: {audio: voice.wav}}")
    try write("bad.yaml", "{output: a.mp4, speak: {audio: voice.wav, crf: 99, frobnicate: 1}}")
  }

  private func write(_ name: String, _ job: String) throws {
    try folder.write(Array("version: 1\njobs:\n- \(job)\n".utf8), to: name)
  }

  private func validate(_ arguments: String...) throws -> CommandRun {
    try CommandRun.run(["batch", "validate"] + arguments, in: folder.url)
  }

  @Test func `a good manifest`() throws {
    let run = try validate("good.yaml")
    #expect(run.status == 0 && run.standardError.isEmpty, "\(run.standardError)")
    #expect(run.standardOutput == "good.yaml: valid, 1 job\n")
    #expect(folder.names == ["bad.yaml", "good.yaml", "voice.wav"])
  }

  @Test(.enabled(if: BatchWorkshop.mayMount, "needs the right to mount"))
  func `output folders that can't be written are warned of`() throws {
    try write("warned.yaml", "{output: out/new/a.mp4, speak: {audio: voice.wav}}")
    let script = """
      mkdir out && mount -t tmpfs -o ro tmpfs out || exit 99
      $AVATAR batch validate warned.yaml && $AVATAR batch validate warned.yaml --json
      """
    let run = try CommandRun.run(
      ["-m", "sh", "-c", script], binary: "/usr/bin/unshare", in: folder.url,
      environment: ["AVATAR": try #require(CommandRun.binary)])
    #expect(run.status == 0 && run.standardOutput.hasPrefix("warned.yaml: valid, 1 job\n"))
    let words = "output \(folder.path)/out/new/a.mp4: \(folder.path)/out can't be written"
    #expect(
      run.standardError.hasPrefix("warned.yaml: warning: job a: \(words)"), "\(run.standardError)")
    #expect(run.standardOutput.contains("\"reason\" : \"\(words)"), "\(run.standardOutput)")
  }

  @Test func `every error has its line, and the last line sums them up`() throws {
    let run = try validate("bad.yaml", "good.yaml")
    #expect(run.status == 65)
    #expect(run.standardOutput == "good.yaml: valid, 1 job\n")
    let lines = run.standardError.split(separator: "\n")
    #expect(
      lines == [
        "bad.yaml:3:50: crf 99: use 0 to 51",
        lines.dropFirst().first ?? "",
        "avatar: error: 2 errors, 1 of 2 manifests: nothing would run before they are mended",
      ])
    #expect(lines[1].hasPrefix("bad.yaml:3:54: unknown key \"frobnicate\" in speak"))
  }

  @Test func `of very many errors the first fifty are shown`() throws {
    let jobs = (0..<120).map { "- {name: a\($0), output: \($0).mp4, speak: {audio: \($0).wav}}\n" }
    try folder.write(Array(("version: 1\njobs:\n" + jobs.joined()).utf8), to: "many.yaml")
    let run = try validate("many.yaml")
    let lines = run.standardError.split(separator: "\n")
    #expect(run.status == 65 && lines.count == 52)
    #expect(lines[50] == "many.yaml: 70 more errors")
  }

  @Test func `a missing manifest`() throws {
    let run = try validate("none.yaml")
    #expect(run.status == 66 && run.standardError.contains("none.yaml: can't be read"))
  }

  @Test func `as JSON`() throws {
    let run = try validate("--json", "good.yaml", "bad.yaml")
    #expect(run.status == 65 && run.standardError.isEmpty)
    let report = try #require(
      try JSONSerialization.jsonObject(with: Data(run.standardOutput.utf8)) as? [String: Any])
    let manifests = try #require(report["manifests"] as? [[String: Any]])
    #expect(report["valid"] as? Bool == false)
    #expect(manifests[0]["jobs"] as? Int == 1 && manifests[0]["valid"] as? Bool == true)
    #expect((manifests[0]["digest"] as? String)?.count == 64)
    #expect(manifests[1]["error_count"] as? Int == 2)
    let errors = try #require(manifests[1]["errors"] as? [[String: Any]])
    #expect(errors[0]["line"] as? Int == 3 && errors[0]["column"] as? Int == 50)
    #expect(errors[0]["message"] as? String == "crf 99: use 0 to 51")
  }

  @Test func `every option of speak has its key`() throws {
    let help = try CommandRun.run(["speak", "--experimental-dump-help"])
    let schema = try CommandRun.run(["batch", "schema"])
    let options = try Self.optionNames(help.standardOutput)
    // What a job has at its own level, what only a terminal has, and what is about the command.
    let elsewhere: Set = ["output", "contact-sheet", "force", "json", "quiet", "version", "help"]
    // An option that is given several times is one key with several values.
    let keys = Set(
      options.subtracting(elsewhere).map {
        $0 == "speaker" ? "speakers" : $0.replacingOccurrences(of: "-", with: "_")
      })
    #expect(keys == (try Self.speakKeys(schema.standardOutput)))
    #expect(elsewhere.isSubset(of: options))
  }

  private static func optionNames(_ help: String) throws -> Set<String> {
    struct Help: Decodable {
      struct Name: Decodable { let kind: String, name: String }
      struct Argument: Decodable { let names: [Name]? }
      struct Command: Decodable { let arguments: [Argument] }
      let command: Command
    }
    let decoded = try JSONDecoder().decode(Help.self, from: Data(help.utf8))
    let names = decoded.command.arguments.flatMap { $0.names ?? [] }
    return Set(names.filter { $0.kind == "long" }.map(\.name))
  }

  private static func speakKeys(_ schema: String) throws -> Set<String> {
    let root = try JSONSerialization.jsonObject(with: Data(schema.utf8)) as? [String: Any]
    let definitions = root?["$defs"] as? [String: Any]
    let speak = try #require(definitions?["speak"] as? [String: Any])
    return Set(try #require(speak["properties"] as? [String: Any]).keys)
  }
}
