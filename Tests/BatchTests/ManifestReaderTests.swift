import Batch
import Foundation
import MediaTypes
import TestSupport
import Testing

@Suite struct ManifestReaderTests {
  @Test func `a job with everything`() throws {
    let fixture = try ManifestFixture(["voice.wav", "logo.wav", "face.png"])
    let manifest = try fixture.read(
      """
      version: 1
      jobs:
        - name: logo
          speak: {audio: logo.wav}
          output: logo.mp4
        - name: intro
          speak:
            audio: ./voice.wav
            avatar: face.png
            crf: 20
            strength: 0.5
            require_face: true
            loop: bounce
            fps: 30000/1001
            caption: 007
          output: out/intro.mp4
          priority: 5
          needs: logo
          retries: {limit: 5, backoff: 1m}
          timeout: {attempt: 1h30m, job: 1d}
          labels: {team: news}
          contact_sheet: true
      """)
    let base = try #require(realpath(fixture.folder.path, nil).map { String(cString: $0) })
    var intro = JobSpecification(
      name: "intro",
      steps: [
        JobStep(
          kind: "speak",
          options: [
            "audio": .text("\(base)/voice.wav"), "avatar": .text("\(base)/face.png"),
            "crf": .integer(20), "strength": .number(0.5), "require_face": .flag(true),
            "loop": .text("bounce"), "fps": .text("30000/1001"), "caption": .text("007"),
          ])
      ], output: "\(base)/out/intro.mp4")
    intro.priority = 5
    intro.needs = ["logo"]
    intro.retries = RetryPolicy(limit: 5, backoffSeconds: 60)
    intro.attemptTimeoutSeconds = 5400
    intro.jobTimeoutSeconds = 86_400
    intro.labels = ["team": "news"]
    intro.makesContactSheet = true
    #expect(manifest.jobs.last == intro)
    #expect(manifest.path == "\(base)/batch.yaml")
    #expect(manifest.digest.count == 64)
  }

  @Test func `defaults fill what a job leaves out, key by key`() throws {
    let manifest = try ManifestFixture().read(
      """
      version: 1
      defaults:
        output: out/{{job.name}}.mp4
        speak: {avatar: anna, crf: 20}
        generate: {prompt: a room}
        retries: {limit: 5, backoff: 30s}
        labels: {team: news, day: monday}
        timeout: 10m
      jobs:
        - name: a
          speak: {audio: voice.wav, crf: 10}
          retries: {limit: 0}
          labels: {day: friday}
          timeout: {job: 1h}
        - {name: b, speak: {audio: voice.wav}, retries: 2}
      """)
    let (a, b) = (manifest.jobs[0], manifest.jobs[1])
    #expect(a.steps.map(\.kind) == ["speak"])
    #expect(a.steps[0].options["avatar"] == .text("anna"))
    #expect(a.steps[0].options["crf"] == .integer(10))
    #expect(a.retries == RetryPolicy(limit: 0, backoffSeconds: 30))
    #expect(a.labels == ["team": "news", "day": "friday"])
    #expect(a.attemptTimeoutSeconds == nil && a.jobTimeoutSeconds == 3600)
    #expect(a.output.hasSuffix("/out/a.mp4") && b.output.hasSuffix("/out/b.mp4"))
    #expect(b.retries == RetryPolicy(limit: 2) && b.attemptTimeoutSeconds == 600)
    #expect(b.steps[0].options["crf"] == .integer(20))
  }

  @Test func `null takes a default away, and nothing else`() throws {
    func manifest(_ job: String) -> String {
      """
      version: 1
      defaults:
        speak: {avatar: anna, crf: 20}
        retries: {limit: 5, backoff: 30s}
        labels: {team: news, day: monday}
        timeout: 10m
      jobs:
        - {output: a.mp4, \(job)}
      """
    }
    let job = try ManifestFixture().read(
      manifest(
        "timeout: null, labels: {day: ~}, retries: null, speak: {audio: voice.wav, crf: null}")
    ).jobs[0]
    #expect(job.steps[0].options["crf"] == nil && job.steps[0].options["avatar"] == .text("anna"))
    #expect(job.labels == ["team": "news"] && job.attemptTimeoutSeconds == nil)
    #expect(job.retries == RetryPolicy())
    let both = try ManifestFixture().read(
      manifest("speak: null, generate: {prompt: a room}")
    ).jobs[0]
    #expect(both.steps.map(\.kind) == ["generate"])
    // No default is there, or a key without a value is a slip.
    for option in ["caption: null", "crf: "] {
      let error = #expect(throws: ManifestError.self) {
        try ManifestFixture().read(manifest("speak: {audio: voice.wav, \(option)}"))
      }
      #expect(error?.problems.count == 1)
    }
  }

  @Test func `steps are done in the order of their kinds`() throws {
    let manifest = try ManifestFixture().read(ManifestFixture.job("generate: {prompt: a room}"))
    #expect(manifest.jobs[0].steps.map(\.kind) == ["generate", "speak"])
  }

  @Test func `for_each makes a job a file, sorted`() throws {
    let manifest = try ManifestFixture([
      "songs/b.wav", "songs/a.wav", "songs/.c.wav", "songs/d.mp3",
    ])
    .read(
      """
      version: 1
      jobs:
        - for_each: songs/*.wav
          speak: {audio: "{{file}}", caption: "{{file.name}} {{file.folder}} {{file.extension}}"}
          output: "{{date}}/{{env.SHOW}}-{{file.stem}}.mp4"
      """)
    #expect(manifest.jobs.map(\.name) == ["a", "b"])
    #expect(manifest.jobs[1].steps[0].options["caption"] == .text("b.wav songs wav"))
    #expect(manifest.jobs[1].output.hasSuffix("/2025-03-30/news-b.mp4"))
  }

  @Test func `patterns may be many, overlap, and reach into folders`() throws {
    let manifest = try ManifestFixture(["s/x/1.wav", "s/y/z/1.wav", "s/2.ogg"]).read(
      """
      version: 1
      jobs:
        - for_each: ["s/**/*.wav", "s/*/1.wav", "s/2.ogg"]
          speak: {audio: "{{file}}"}
          output: "out/{{file.folder}}/{{file.stem}}.mp4"
      """)
    #expect(manifest.jobs.map(\.name) == ["2", "x-1", "y-z-1"])
  }

  @Test func `matrix and for_each multiply`() throws {
    let manifest = try ManifestFixture(["songs/a.wav", "songs/b.wav", "faces/me.png"]).read(
      """
      version: 1
      jobs:
        - for_each: songs/*
          matrix: {who: [anna, faces/me.png], crf: [10, 20]}
          speak: {audio: "{{file}}", avatar: "{{matrix.who}}", crf: "{{matrix.crf}}"}
          output: "{{job.name}}.mp4"
      """)
    #expect(
      manifest.jobs.map(\.name) == [
        "a-anna-10", "a-anna-20", "a-me-10", "a-me-20", "b-anna-10", "b-anna-20", "b-me-10",
        "b-me-20",
      ])
    #expect(manifest.jobs[1].steps[0].options["crf"] == .integer(20))
  }

  @Test func `a job without a name is called like its output`() throws {
    let manifest = try ManifestFixture().read(ManifestFixture.job())
    #expect(manifest.jobs[0].name == "out")
  }

  @Test func `JSON is read as YAML is, with what only JSON has`() throws {
    let fixture = try ManifestFixture()
    let text = """
      {"version": 1, "$schema": "x", "jobs": [{"name": "\\ud83d\\ude00 \\u00e9\\/",
      \t"speak": {"audio": "voice.wav", "crf": 20, "strength": 5e-1, "require_face": false},
      "output": "a.mp4"}]}
      """
    let problems = try fixture.problems(text, as: "batch.json")
    #expect(problems == ["1:50: name \u{1F600} é/: use at most 200 bytes, and no /"])
    let right = text.replacingOccurrences(of: "\\/", with: "\\\"")
    let job = try fixture.read(right, as: "batch.json").jobs[0]
    #expect(job.name == "\u{1F600} é\"")
    #expect(job.steps[0].options["strength"] == .number(0.5))
    #expect(job.steps[0].options["require_face"] == .flag(false))
  }

  @Test func `aliases repeat values`() throws {
    let manifest = try ManifestFixture().read(
      """
      version: 1
      jobs:
        - {name: a, output: a.mp4, speak: &speak {audio: voice.wav}, labels: &labels {k: v}}
        - {name: b, output: b.mp4, speak: *speak, labels: *labels}
      """)
    #expect(manifest.jobs[0].steps == manifest.jobs[1].steps)
  }

  @Test func `a byte order mark and line ends of Windows`() throws {
    let text = "\u{FEFF}" + ManifestFixture.job().replacingOccurrences(of: "\n", with: "\r\n")
    #expect(try ManifestFixture().read(text).jobs.count == 1)
  }

  @Test func `a chain through the output of another job`() throws {
    let manifest = try ManifestFixture().read(
      """
      version: 1
      jobs:
        - {name: second, needs: first, speak: {audio: voice.wav, avatar: one.mp4}, output: two.mp4}
        - {name: first, speak: {audio: voice.wav}, output: ./one.mp4}
      """)
    #expect(manifest.jobs.count == 2)
  }

  @Test func `a missing manifest`() throws {
    let folder = try TemporaryFolder()
    let reader = ManifestReader(kinds: ManifestFixture.kinds, environment: [:])
    let error = #expect(throws: ManifestError.self) { try reader.read(folder.file("none.yaml")) }
    #expect(error?.exitCode == .missingInput)
    #expect(throws: ManifestError.self) { try reader.read(folder.path) }
  }

  @Test func `today is a date`() {
    #expect(ManifestReader.today().wholeMatch(of: /20\d\d-[01]\d-[0-3]\d/) != nil)
  }
}
