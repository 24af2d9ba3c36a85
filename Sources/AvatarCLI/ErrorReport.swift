import ArgumentParser
import Foundation
import MediaTypes
import Runtime

/// Turns whatever a command threw into one line on stderr and the documented exit code.
enum ErrorReport {
  static func exit(with error: any Error) -> Never {
    if let interruption = error as? Interruption {
      print("interrupted: \(interruption.aftermath)", "\n")
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
    let lines = AvatarCommand.message(for: error).split(whereSeparator: \.isNewline)
      .map { $0.trimmingCharacters(in: .whitespaces) }
    let choices = lines.filter { $0.hasPrefix("- ") }.map { $0.dropFirst(2) }
    let text = lines.filter { !$0.hasPrefix("- ") } + [choices.joined(separator: ", ")]
    let arguments = Array(CommandLine.arguments.dropFirst())
    let (command, type) = command(for: arguments)
    let message = UsageMessage(
      oneLine(text.filter { !$0.isEmpty }.joined(separator: " ")), arguments: arguments
    ).text(of: type, depth: command.split(separator: " ").count - 1)
    let takesNames = ["logs", "retry", "cancel"].contains { command == "avatar batch \($0)" }
    let hasDash = CommandLine.arguments.contains { $0.hasPrefix("-") && !$0.hasPrefix("--") }
    let hint =
      takesNames
        && (message.contains("nknown option")
          || hasDash && message.hasPrefix("Missing expected argument"))
      ? " (put -- before the name of a job that begins with a dash)" : ""
    return "\(message)\(hint): see `\(command) --help`"
  }

  /// The command that the arguments name, as far as they do: `avatar audio mel`.
  private static func command(
    for arguments: some Sequence<String>
  ) -> (name: String, type: any ParsableCommand.Type) {
    var names = ["avatar"]
    var command: any ParsableCommand.Type = AvatarCommand.self
    for word in arguments {
      guard
        let next = command.configuration.subcommands.first(where: { $0._commandName == word })
      else { break }
      names.append(word)
      command = next
    }
    return (names.joined(separator: " "), command)
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
