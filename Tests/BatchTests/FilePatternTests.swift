import TestSupport
import Testing

@testable import Batch

@Suite struct FilePatternTests {
  @Test(arguments: [
    ("*.wav", "a.wav", true), ("*.wav", ".wav", false), ("*.wav", "a.wave", false),
    (".*", ".a", true), ("a?c", "abc", true), ("a?c", "aéc", true), ("a?c", "ac", false),
    ("[a-c]x", "bx", true), ("[a-c]x", "dx", false), ("[!a-c]x", "dx", true),
    ("[]]x", "]x", true), ("[a-]x", "-x", true), ("[ax", "[ax", true), ("\\*", "*", true),
    ("\\*", "a", false), ("a*b*c", "aXbYbc", true), ("a*b*c", "aXbYb", false), ("*", "", true),
    ("**", "ab", true), ("a*", "a", true),
    ("*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false),
  ])
  func `names match or not`(pattern: String, name: String, matches: Bool) {
    #expect(NamePattern(pattern).matches(name) == matches)
  }

  private func found(_ pattern: String, in fixture: ManifestFixture) throws -> [String] {
    try FilePattern(pattern).files(in: fixture.folder.path).map(\.path).sorted()
  }

  @Test func `files in folders`() throws {
    let fixture = try ManifestFixture([
      "a/1.wav", "a/b/2.wav", "a/b/c/3.wav", "a/b/c/.4.wav", ".hidden/5.wav", "x [1].wav", "d.wav/",
    ])
    try fixture.folder.run("ln", ["-s", "..", "a/b/up"])
    #expect(try found("a/*.wav", in: fixture) == ["a/1.wav"])
    #expect(try found("./a//*.wav", in: fixture) == ["a/1.wav"])
    #expect(try found("*/b/*.wav", in: fixture) == ["a/b/2.wav"])
    #expect(
      try found("**/*.wav", in: fixture).filter { $0.hasPrefix("a/") }
        == ["a/1.wav", "a/b/2.wav", "a/b/c/3.wav"])
    #expect(try found("a/**", in: fixture) == ["a/1.wav", "a/b/2.wav", "a/b/c/3.wav"])
    #expect(try found("a/**/c/*", in: fixture) == ["a/b/c/3.wav"])
    #expect(try found("*.wav", in: fixture) == ["x [1].wav"])
    #expect(try found("x [1].wav", in: fixture) == ["x [1].wav"])
    #expect(try found("x \\[?].wav", in: fixture) == ["x [1].wav"])
    #expect(
      try found("\(fixture.folder.path)/a/*", in: fixture) == ["\(fixture.folder.path)/a/1.wav"])
    #expect(try found("none/*", in: fixture).isEmpty)
    #expect(try found("a", in: fixture).isEmpty)
  }

  @Test func `a name that is no UTF-8`() throws {
    let fixture = try ManifestFixture(["s/a.wav"])
    try fixture.folder.run("sh", ["-c", "touch s/$(printf 'b\\351').wav"])
    #expect(throws: FilePatternError.self) { try found("s/*", in: fixture) }
  }

  @Test(arguments: [
    ("songs/a.wav", 6, "a"), ("songs/x/a.wav", 6, "x-a"), ("a.b.wav", 0, "a.b"), ("/s/a", 3, "a"),
  ])
  func `default names`(path: String, fixed: Int, name: String) {
    #expect(MatchedFile(path: path, fixedByteCount: fixed).defaultName == name)
  }
}
