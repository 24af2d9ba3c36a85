import TestSupport
import Testing

@testable import Runtime

struct ShellWordsTests {
  static let words = [
    "plain", "", "two words", "it's", "'", "$(rm -rf /)", "`x`", "a\\b", "\"q\"", "*?[a]", "~", "#",
    "two\nlines", "tab\t'\\ and\u{1B}[0m", "艾 😀", "\u{202E}txt", "!x", "a;b&c|d>e", "x=1",
    "\u{85}8", "-o",
  ]

  @Test func `come back from their line`() {
    #expect(ShellWords.split(ShellWords.join(Self.words)) == Self.words)
    for word in Self.words { #expect(ShellWords.split(ShellWords.join([word])) == [word]) }
  }

  @Test func `a shell takes the line apart into them`() throws {
    let script = "for word in \(ShellWords.join(Self.words)); do printf '%s\\0' \"$word\"; done"
    let run = try CommandRun.run(["bash", "-c", script], binary: "/usr/bin/env")
    #expect(run.standardOutput == Self.words.map { $0 + "\0" }.joined())
  }

  @Test func `are one line without control characters`() {
    let line = ShellWords.join(Self.words)
    #expect(!line.unicodeScalars.contains(where: PrintableText.isUnprintable))
    #expect(PrintableText.escaping("a\u{1B}b\nc") == "a\\u{1B}b\\u{A}c")
  }

  @Test(arguments: [
    "a; rm b", "a $(b)", "a `b`", "a \"b\"", "'a", "$'a", "a  b", " a", "a ", "a\nb", "a > b",
    "$HOME",
    "$'\\9'", "$'\\400'", "$'\\377'", "a\\",
  ])
  func `what a shell would see more in is refused`(line: String) {
    #expect(ShellWords.split(line) == nil)
  }
}
