import Testing

@testable import Batch

@Suite struct TextTemplateTests {
  private var variables: JobVariables {
    var variables = JobVariables(date: "2025-03-30", environment: ["A": "{{date}}"])
    variables.matrix = [("lang", "de")]
    variables.jobName = "intro"
    return variables
  }

  @Test(arguments: [
    ("plain", "plain"), ("", ""), ("{{date}}", "2025-03-30"), ("a{{ date }}b", "a2025-03-30b"),
    ("{{matrix.lang}}-{{job.name}}", "de-intro"), ("{{{{date}}}}", "{{date}}"),
    ("{a} } {", "{a} } {"), ("a }} b", "a }} b"), ("{{date}}}}}}", "2025-03-30}}"),
    ("{{env.A}}", "{{date}}"), ("{{{{{{date}}", "{{2025-03-30"),
  ])
  func `text is filled in`(text: String, result: String) throws {
    #expect(try TextTemplate.fill(text, variables) == result)
  }

  @Test(arguments: [
    ("{{", "a {{ has no }}: write {{{{ for braces themselves"),
    (
      "{{matrix.lnag}}",
      "{{matrix.lnag}} has no value: the matrix has lang (did you mean \"lang\"?)"
    ),
    ("{{file.stem}}", "{{file.stem}} has no value: the job has no for_each"),
    ("{{env.B}}", "{{env.B}} has no value: set the environment variable B"),
  ])
  func `templates without a value`(text: String, message: String) {
    let problem = #expect(throws: TemplateProblem.self) { try TextTemplate.fill(text, variables) }
    #expect(problem?.message == message)
  }

  @Test(arguments: [
    ("audoi", "audio"), ("require-face", "require_face"), ("Timeout", "timeout"), ("x", nil),
    ("outptu", "output"), ("prio", "priority"), ("pri", "priority"), ("o", nil),
    ("priorities", "priority"), ("", nil),
  ])
  func `the nearest name`(name: String, nearest: String?) {
    let names = ["audio", "require_face", "timeout", "output", "priority"]
    #expect(NearestName.find(name, among: names) == nearest)
  }

  @Test(
    arguments: [
      ("90s", 90), ("10m", 600), ("2h", 7200), ("1h30m", 5400), ("1.5h", 5400), ("1d", 86_400),
      ("90", nil), ("", nil), ("s", nil), ("-1s", nil), ("1 h", nil), (".5h", nil), ("1e3s", nil),
      ("9999d", nil), ("٣s", nil),
    ] as [(String, Double?)])
  func `lengths of time`(text: String, seconds: Double?) {
    #expect(ManifestDuration.seconds(text) == seconds)
  }
}
