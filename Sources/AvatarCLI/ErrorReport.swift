import ArgumentParser
import Foundation
import MediaTypes
import Runtime

/// Turns whatever a command threw into one line on stderr and the documented exit code.
enum ErrorReport {
  static func exit(with error: any Error) -> Never {
    if let interruption = error as? Interruption {
      print("interrupted: nothing was left behind", "\n")
      Foundation.exit(interruption.exitCode.rawValue)
    }
    if let known = error as? any AvatarError {
      print("error: \(oneLine(known.description))")
      Foundation.exit(known.exitCode.rawValue)
    }
    if let code = error as? ArgumentParser.ExitCode { Foundation.exit(code.rawValue) }
    if AvatarCommand.exitCode(for: error) == .success { AvatarCommand.exit(withError: error) }
    if AvatarCommand.exitCode(for: error) == .validationFailure {
      print("error: \(usageLine(for: error))")
      Foundation.exit(MediaTypes.ExitCode.usage.rawValue)
    }
    print("error: \(oneLine("\(error)")): this is a defect, please report it")
    Foundation.exit(MediaTypes.ExitCode.internalError.rawValue)
  }

  /// The parser's message without its usage block, and where to read more.
  private static func usageLine(for error: any Error) -> String {
    let message = oneLine(AvatarCommand.message(for: error))
    let words = CommandLine.arguments.dropFirst().prefix { !$0.hasPrefix("-") }
    let names = Set(AvatarCommand.configuration.subcommands.map { $0._commandName })
    let command = words.first.flatMap { names.contains($0) ? " \($0)" : nil } ?? ""
    return "\(message): see `avatar\(command) --help`"
  }

  private static func oneLine(_ text: String) -> String {
    var line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
    while line.hasSuffix(".") { line.removeLast() }
    return line
  }

  private static func print(_ text: String, _ before: String = "") {
    StandardStreams.tell("\(before)avatar: \(text)\n")
  }
}
