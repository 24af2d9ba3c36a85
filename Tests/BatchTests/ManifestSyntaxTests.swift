import Batch
import Foundation
import MediaTypes
import TestSupport
import Testing

/// Files that are no YAML, no JSON, no text, or made to hurt.
@Suite struct ManifestSyntaxTests {
  @Test(arguments: [
    ("version: 1\n\tjobs:\n", "2:1: a tab indents this line: indent with spaces"),
    ("jobs:\n  - a: 1\n - b: 2\n", "3:2: nothing can stand here: align the line"),
    ("a: {{file}}\n", "1:5: a key must be plain text; a value that begins with {{ needs quotes"),
    ("a: {{file}}.mp4\n", "1:12: a value that begins with {{ needs"),
    ("a: *.wav\n", "1:5: a value can't begin with * or &: put quotes around it"),
    ("a: *x\n", "1:4: a value that begins with * names an anchor, and there is none"),
    ("a: @x\n", "1:4: a value can't begin like this: put quotes around it"),
    ("a: b: c\n", "1:5: a colon with a space makes a key, which can't stand here"),
    ("a: \"x\n", "2:1: a quotation mark is not closed: close it"),
    ("a: [x\nb: 1\n", "2:2: a { or [ is not closed before this"),
    ("a\nb: 1\n", "2:2: a colon with a space makes a key"),
    ("a: 1\n---\nb: 1\n", "2:1: a second document begins here"),
    ("a: 1\nb: 1\na: 2\n", "1:1: key \"a\" stands twice among the same keys: keep one"),
    ("a: !secret x\n", "1:4: tags (!secret) are not supported: remove it"),
    ("a: 1\n<<: {b: 1}\n", "2:1: merge keys (<<) are not supported: use defaults"),
    ("? [a]\n: 1\n", "1:3: a key must be plain text"),
    ("a: \u{1}\n", "1:4: control characters are not allowed (U+1): remove or escape it"),
  ])
  func `YAML that is none`(text: String, problem: String) throws {
    let found = try ManifestFixture().problems(text)
    #expect(found.count == 1 && found[0].hasPrefix(problem), "\(found)")
  }

  @Test(arguments: [
    ("", "1:1: expected a value"), ("{", "1:2: expected a key in quotes"),
    ("{\"a\": 1,}", "1:9: expected a key in quotes"),
    ("{\"a\" 1}", "1:6: expected : after the key"),
    ("{\"a\": 1\n \"b\"", "2:2: expected , or }"), ("[1 2]", "1:4: expected , or ]"),
    ("[1] x", "1:5: more text after the end: remove it"),
    ("{\"é\": yes}", "1:7: yes is no JSON: text needs \" around it"),
    ("[01]", "1:2: 01 is no JSON: text needs \" around it"),
    ("[\"a\nb\"]", "1:4: a control character in text: write it as an escape"),
    ("[\"a", "1:2: a quotation mark is not closed: close it"),
    ("[\"\\x\"]", "1:3: an escape that JSON doesn't have: a backslash is written \\\\"),
    ("[\"\\ud83d\"]", "1:3: an escape that JSON doesn't have: a backslash is written \\\\"),
    ("{\"a\": 1, \"a\": 2}", "1:10: key \"a\" stands twice among the same keys: keep one"),
    ("# comment\n{}", "1:1: expected a value"),
  ])
  func `JSON that is none`(text: String, problem: String) throws {
    #expect(try ManifestFixture().problems(text, as: "batch.json") == [problem])
  }

  @Test func `bytes that are no UTF-8`() throws {
    let fixture = try ManifestFixture()
    let latin = Array("a: 1\nb: caf".utf8) + [0xE9, 0x0A]
    #expect(try fixture.problems(latin) == ["2:7: is not UTF-8 here: save it as UTF-8"])
    #expect(try fixture.problems([0xFF, 0xFE, 0x61, 0]) == ["0:0: is UTF-16: save it as UTF-8"])
    let binary: [UInt8] = [0x7F, 0x45, 0x4C, 0x46, 0xFF, 0, 0, 0xC3]
    #expect(try fixture.problems(binary) == ["0:0: is not text: name a manifest"])
    #expect(try fixture.problems([0x61, 0, 0x62]).count == 1)
  }

  @Test func `a file of a gigabyte is not even read`() throws {
    let fixture = try ManifestFixture()
    try fixture.folder.run("truncate", ["-s", "1G", "batch.yaml"])
    let error = #expect(throws: ManifestError.self) {
      try fixture.reader.read(fixture.folder.file("batch.yaml"))
    }
    #expect(
      error?.problems.map(\.message) == [
        "has 1024 MiB, a manifest at most 64: split it, or use for_each"
      ])
  }

  @Test(arguments: ["[", "{\"a\":", "- ", "? ", "[{a: "])
  func `values that lie too deep`(opening: String) throws {
    let text = String(repeating: opening, count: 100_000)
    for name in ["batch.yaml", "batch.json"] {
      let found = try ManifestFixture().problems(text, as: name)
      #expect(found.count == 1)
      #expect(name == "batch.json" || found[0].contains("32 deep"), "\(found)")
    }
  }

  private func bomb(_ last: String) -> String {
    var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in 1...12 {
      let aliases = [String](repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
      text += "a\(level): &a\(level) [\(aliases)]\n"
    }
    return text + last
  }

  @Test(arguments: ["", "? *a12\n: 1\n", "*a12 : 1\n", "[*a12, *a12]: 1\n", "{x: *a12}: 1\n"])
  func `alias bombs, as values and as keys`(last: String) throws {
    let found = try ManifestFixture().problems(bomb(last))
    #expect(found.count == 1)
    #expect(found[0].contains(last.isEmpty ? "5000000 values" : "a key must be plain text"))
  }

  @Test func `more values than memory should hold`() throws {
    let text = "[" + String(repeating: "1,", count: 5_000_001) + "1]"
    for name in ["batch.yaml", "batch.json"] {
      let found = try ManifestFixture().problems(text, as: name)
      #expect(found.count == 1 && found[0].contains("more than 5000000 values"))
    }
  }

  @Test func `a matrix that explodes`() throws {
    let values = "[" + (0..<100).map(String.init).joined(separator: ", ") + "]"
    let axes = (0..<20).map { "a\($0): \(values)" }.joined(separator: ", ")
    let found = try ManifestFixture().problems(ManifestFixture.job("matrix: {\(axes)}"))
    #expect(found == ["3:5: more than 500000 jobs: split the manifest"])
  }
}
