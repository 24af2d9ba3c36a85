import ArgumentParser
import Foundation
import MediaTypes
import Runtime

/// The `avatar` command.
@main
struct AvatarCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "avatar",
    abstract: "Makes avatars speak and sing: a voice and a face in, a video out.",
    discussion: """
      Examples:
        avatar speak --audio voice.wav
        avatar speak --audio song.mp3 --avatar portrait.jpg -o song.mp4
        avatar generate --base models/sd15 --prompt "a woman" -o woman.png
        avatar presenters

      Exit codes: 0 done, 1 some jobs of a batch failed, 64 usage, 65 unusable input, 66 input \
      missing, 69 model not installed, 70 internal error, 73 output can't be created, 74 disk full or I/O error, 75 try again \
      later, 130 and 143 interrupted.
      """,
    version: Version.current,
    subcommands: [
      SpeakCommand.self, PrepareCommand.self, GenerateCommand.self, InspectCommand.self,
      ShowCommand.self, PresentersCommand.self, ModelsCommand.self,
      AudioCommand.self,
      NetworkCommand.self, BatchCommand.self, BenchCommand.self, DoctorCommand.self,
    ])

  static func main() {
    StandardStreams.fillClosed()
    // So that a limit on the size of files is an error and not a death.
    signal(SIGXFSZ, SIG_IGN)
    do {
      try checkEnvironment()
      var command = try parseAsRoot()
      try command.run()
    } catch {
      ErrorReport.exit(with: error)
    }
  }

  /// Refuses a limit that would otherwise be none without a word.
  private static func checkEnvironment() throws {
    let names = ["plain", "avx2", "avx512"]
    guard let limit = ProcessInfo.processInfo.environment["AVATAR_MAX_ISA"], !limit.isEmpty,
      !names.contains(limit.lowercased())
    else { return }
    throw RuntimeError(
      "AVATAR_MAX_ISA \(limit): no such instruction set: use \(names.joined(separator: ", "))",
      exitCode: .usage)
  }
}
