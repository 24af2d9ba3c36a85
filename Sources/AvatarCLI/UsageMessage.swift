import ArgumentParser

/// What the parser says of wrong arguments, in fewer words and with more help.
struct UsageMessage {
  /// The message, and the words after the program's name.
  private let message: String
  private let arguments: [String]

  init(_ message: String, arguments: [String]) {
    (self.message, self.arguments) = (message, arguments)
  }

  /// The message for one who called `command`.
  ///
  /// `depth` is how many of the arguments named it.
  func text(of command: any ParsableCommand.Type, depth: Int) -> String {
    let options = Self.optionNames(AvatarCommand.helpMessage(for: command))
    return ownWords ?? unknownCommand(command, depth: depth) ?? dashedValue(options)
      ?? unknownOption(options) ?? message
  }

  /// Where an option's value was refused in words of ours, which name both, these alone.
  private var ownWords: String? {
    guard let start = message.firstRange(of: "' is invalid for '--"),
      let end = message[start.upperBound...].firstRange(of: ">': --")
    else { return nil }
    return "--" + message[end.upperBound...]
  }

  /// Where a value that begins with a dash was taken for an option, how to write it.
  private func dashedValue(_ options: Set<String>) -> String? {
    guard let start = message.firstRange(of: "Missing value for '"),
      let name = message[start.upperBound...].split(whereSeparator: { " '".contains($0) }).first,
      let place = arguments.firstIndex(of: String(name)), place + 1 < arguments.count
    else { return nil }
    let value = arguments[place + 1]
    guard value.hasPrefix("-"), !options.contains(value) else { return nil }
    return "\(name): a value that begins with a dash follows an equals sign: \(name)=\(value)"
  }

  /// Where something is missing since its option was misspelt, that.
  private func unknownOption(_ names: Set<String>) -> String? {
    guard message.hasPrefix("Missing expected argument") else { return nil }
    let given = arguments.prefix { $0 != "--" }.filter { $0.hasPrefix("--") }
      .map { String($0.prefix { $0 != "=" }) }
    guard let unknown = given.first(where: { !names.contains($0) }) else { return nil }
    return Self.unknown("option", unknown, names)
  }

  /// Where a word stands in a command's place that names none, that.
  private func unknownCommand(_ command: any ParsableCommand.Type, depth: Int) -> String? {
    let names = command.configuration.subcommands.map { $0._commandName }
    guard !names.isEmpty, depth < arguments.count, !arguments[depth].hasPrefix("-"),
      !(names + ["help"]).contains(arguments[depth])
    else { return nil }
    return Self.unknown("command", arguments[depth], Set(names))
  }

  private static func unknown(_ kind: String, _ word: String, _ names: Set<String>) -> String {
    let nearest = names.map { ($0, distance(word, $0)) }.min { ($0.1, $0.0) < ($1.1, $1.0) }
    guard let (name, distance) = nearest, distance <= 2 else { return "unknown \(kind) '\(word)'" }
    return "unknown \(kind) '\(word)', did you mean '\(name)'?"
  }

  /// The long options that a help text names.
  static func optionNames(_ help: String) -> Set<String> {
    let words = help.split { !($0.isLetter || $0.isNumber || $0 == "-") }.map(String.init)
    return Set(words.filter { $0.hasPrefix("--") && $0.count > 2 })
  }

  /// Letters to add, drop or change (Levenshtein 1966).
  private static func distance(_ first: String, _ second: String) -> Int {
    let (first, second) = (Array(first), Array(second))
    var row = Array(0...second.count)
    for (index, letter) in first.enumerated() {
      var diagonal = row[0]
      row[0] = index + 1
      for place in second.indices {
        let changed = diagonal + (letter == second[place] ? 0 : 1)
        diagonal = row[place + 1]
        row[place + 1] = min(changed, row[place] + 1, diagonal + 1)
      }
    }
    return row[second.count]
  }
}
