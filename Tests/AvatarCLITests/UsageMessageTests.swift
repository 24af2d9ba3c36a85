import TestSupport
import Testing

/// What wrong arguments are told.
@Suite(.enabled(if: CommandRun.binary != nil, "needs a built avatar"))
struct UsageMessageTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test(arguments: [
    (["speak", "--adio", "a.wav"], "unknown option '--adio', did you mean '--audio'?"),
    (["speak", "--xyzzy=3"], "unknown option '--xyzzy'"),
    (["spek", "--audio", "a.wav"], "unknown command 'spek', did you mean 'speak'?"),
    (["batch", "xyzzy"], "unknown command 'xyzzy'"),
    (
      ["generate", "--image", "a.png", "--seconds", "-1", "-o", "a.mp4"],
      "--seconds: a value that begins with a dash follows an equals sign: --seconds=-1"
    ),
    (
      ["generate", "--image", "a.png", "--seed", "--force", "-o", "a.mp4"],
      "Missing value for '--seed <number>'"
    ),
    (
      ["generate", "--image", "a.png", "--size", "3x3", "-o", "a.mp4"],
      "--size 3x3: use multiples of 8 from 16 to 2048"
    ),
    (
      ["generate", "--image", "a.png", "--strength", "0.5", "-o", "a.mp4"],
      "--strength 0.5: is for a picture that is made of another"
    ),
  ])
  func `one line says what is wrong, and once`(arguments: [String], text: String) throws {
    let run = try CommandRun.run(arguments, in: folder.url)
    let command = arguments.first == "spek" ? "" : " \(arguments[0])"
    #expect(run.status == 64 && run.standardOutput.isEmpty)
    #expect(run.standardError.hasPrefix("avatar: error: \(text)"), "\(run.standardError)")
    #expect(run.standardError.hasSuffix(": see `avatar\(command) --help`\n"))
    #expect(run.standardError.split(separator: "\n").count == 1)
  }
}
