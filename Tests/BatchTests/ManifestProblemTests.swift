import Batch
import TestSupport
import Testing

/// What is wrong in a manifest's keys and values: each problem in its place, all at once.
@Suite struct ManifestProblemTests {
  private func expect(
    _ text: String, _ problems: String..., sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let found = try ManifestFixture().problems(text, sourceLocation: sourceLocation)
    #expect(found == problems, sourceLocation: sourceLocation)
  }

  @Test func `all problems at once, in the order of the file`() throws {
    try expect(
      """
      version: 1
      default: {}
      jobs:
        - name: a
          speak: {audoi: voice.wav, crf: 99}
          output: a.mov
        - name: b
          speak: {audio: none.wav}
          output: b.mp4
          priorty: 3
      """,
      "2:1: unknown key \"default\" in the manifest (did you mean \"defaults\"?)",
      "5:5: speak has no audio, which it needs: The voice.",
      "5:13: unknown key \"audoi\" in speak (did you mean \"audio\"?)",
      "5:36: crf 99: use 0 to 51",
      "6:13: output a.mov: end its name in .mp4 or .m4v",
      "8:20: audio none.wav: no such file: check the path",
      "10:5: unknown key \"priorty\" in the job (did you mean \"priority\"?)")
  }

  @Test(arguments: [
    ("crf: high", "crf high: use 0 to 51"), ("crf: 1.5", "crf 1.5: use 0 to 51"),
    ("crf: ", "crf has no value: give one, or leave the key out"),
    ("crf: [1]", "crf takes a single value, not a list"),
    ("strength: nan", "strength nan: use 0 to 2"),
    ("strength: 0x1", "strength 0x1: use 0 to 2"),
    ("require_face: yes", "require_face yes: use true or false"),
    ("loop: bonce", "loop bonce: use bounce or loop (did you mean \"bounce\"?)"),
    (
      "mark: true", "mark true: takes text, not true or false: write the text, or leave the key out"
    ),
    ("mark: ''", "mark is empty: give some text, or leave it out"),
    ("fps: true", "fps true: write it as 25"),
    ("fps: fast", "fps fast: write it as 25"),
    ("caption: {a: b}", "caption takes a single value, not keys with values"),
    (
      "avatar: ana",
      "avatar ana: no such file, and no name that is known (anna, ben) (did you mean \"anna\"?)"
    ),
    ("avatar: ''", "avatar is empty: give it a value"),
    (
      "avatar: \"a\\0b\"",
      "avatar a b: line ends and control characters can't stand here"
    ),
    ("avatar: \"{{file}}\"", "avatar: {{file}} has no value: the job has no for_each"),
    ("avatar: \"{{matrix.x}}\"", "avatar: {{matrix.x}} has no value: the job has no matrix"),
    ("avatar: \"{{env.NO}}\"", "avatar: {{env.NO}} has no value: set the environment variable NO"),
    ("avatar: \"{{env.EMPTY}}\"", "avatar is empty: give it a value"),
    (
      "avatar: \"{{dat}}\"",
      "avatar: unknown template {{dat}} (did you mean \"date\"?): known are {{date}}, {{job.name}}, "
        + "{{file}}, {{file.extension}}, {{file.folder}}, {{file.name}}, {{file.stem}}, "
        + "{{matrix.NAME}}, {{env.NAME}}"
    ),
    ("avatar: \"{{date\"", "avatar: a {{ has no }}: write {{{{ for braces themselves"),
    ("output: x", "unknown key \"output\" in speak (put it beside speak)"),
  ])
  func `wrong options`(option: String, message: String) throws {
    let found = try ManifestFixture().problems(ManifestFixture.speak(option))
    #expect(found.map { String($0.drop { $0 != " " }.dropFirst()) } == [message])
  }

  @Test(arguments: [
    ("priority: 5000", "5:15: priority 5000: use -1000 to 1000"),
    ("retries: -1", "5:14: retries -1: use 0 to 100"),
    ("retries: {limits: 1}", "5:15: unknown key \"limits\" in retries (did you mean \"limit\"?)"),
    ("timeout: 90", "5:14: timeout 90: write it as 90s, 10m, 2h or 1h30m"),
    ("timeout: 0s", "5:14: timeout 0s: write it as 90s, 10m, 2h or 1h30m"),
    (
      "timeout: {attempt: 1h, job: 1m}",
      "5:14: timeout: job is shorter than attempt: make it at least as long"
    ),
    ("labels: [a]", "5:13: labels takes keys with values, not a list"),
    ("name: a/b", "5:11: name a/b: use at most 200 bytes, and no /"),
    (
      "name: \"{{job.name}}\"",
      "5:11: name: {{job.name}} can't stand in the name itself, nor decide it"
    ),
    ("contact_sheet: maybe", "5:20: contact_sheet maybe: use true or false"),
    ("matrix: {a: []}", "5:17: matrix a: takes a list of values, as [a, b]"),
    ("matrix: {a b: [1]}", "5:14: matrix a b: use letters, digits, _ and - in the name"),
    (
      "for_each: songs/*.wav",
      "5:15: for_each songs/*.wav: no file matches: check the pattern and the folder"
    ),
    ("for_each: []", "5:15: for_each has no pattern: add one"),
    ("audio: voice.wav", "5:5: unknown key \"audio\" in the job (put it under speak)"),
    (
      "zzz: 1",
      """
      5:5: unknown key "zzz" in the job: known are generate, speak, name, output, for_each, \
      matrix, needs, priority, retries, timeout, labels, contact_sheet
      """
    ),
  ])
  func `wrong keys of a job`(line: String, problem: String) throws {
    let found = try ManifestFixture().problems(ManifestFixture.job(line))
    #expect(found == [problem])
  }

  @Test func `wrong manifests as a whole`() throws {
    try expect("", "0:0: is empty: begin with version: 1")
    try expect("# nothing\n", "0:0: is empty: begin with version: 1")
    try expect("[]", "1:1: a manifest is keys with values: begin with version: 1")
    try expect("jobs: []", "1:1: the manifest has no version: begin with version: 1")
    try expect("version: 2\nx: 1", "1:10: version 2: this avatar reads version 1")
    try expect("version: 1", "1:1: the manifest has no jobs: add jobs with a list")
    let noJobs = "jobs takes a list with at least one job, as - name: intro"
    try expect("version: 1\njobs: []", "2:7: \(noJobs)")
    try expect("version: 1\njobs: {a: {}}", "2:7: \(noJobs)")
    try expect(
      "version: 1\noutput: a.mp4\njobs: [a]",
      "2:1: unknown key \"output\" in the manifest (put it into a job, or under defaults)",
      "3:8: a job takes keys with values, not a single value")
    try expect(
      "version: 1\ndefaults: {name: a}\njobs:\n  - {name: a, output: a.mp4}",
      "2:12: unknown key \"name\" in defaults (only a job itself can have it)",
      "4:5: the job has nothing to do: add generate or speak")
  }

  @Test func `a job without an output, or one that can't be`() throws {
    let head = "version: 1\njobs:\n  - speak: {audio: voice.wav}\n"
    try expect(head, "3:5: the job has no output: add one")
    try expect(head + "    name: a\n", "3:5: the job has no output: add one")
    try expect(
      head + "    output: voice.wav/a.mp4\n",
      "4:13: output voice.wav/a.mp4: lies in something that is no folder: choose another name")
    let long = String(repeating: "a", count: 240)
    try expect(
      head + "    name: a\n    output: \(long).mp4\n",
      "5:13: output \(long.prefix(117))...: the path is too long")
  }

  @Test func `one line for callers that print one`() throws {
    let fixture = try ManifestFixture()
    let path = try fixture.folder.write(Array("version: 1\na: 1\nb: 1\n".utf8), to: "bad.yaml")
    let error = #expect(throws: ManifestError.self) { try fixture.reader.read(path) }
    #expect(error?.problemCount == 3)
    #expect(error?.description.hasPrefix("\(path):1:1: the manifest has no jobs") == true)
    #expect(
      error?.description.hasSuffix("(and 2 more: see `avatar batch validate \(path)`)") == true)
    #expect(error?.lines(limit: 2).count == 2)
  }
}
