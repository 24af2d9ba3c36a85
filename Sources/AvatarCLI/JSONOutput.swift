import Foundation

/// JSON objects on stdout: what scripts read.
enum JSONOutput {
  /// Writes one object, over many lines.
  ///
  /// With `usesSnakeCase` keys are the properties' names in snake case, else those that the type names.
  static func write(_ value: some Encodable, usesSnakeCase: Bool = false) throws {
    try write(
      value, [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes], usesSnakeCase: usesSnakeCase)
  }

  /// Writes one object on one line, with keys in snake case.
  static func writeLine(_ value: some Encodable) throws {
    try write(value, [.sortedKeys, .withoutEscapingSlashes], usesSnakeCase: true)
  }

  private static func write(
    _ value: some Encodable, _ formatting: JSONEncoder.OutputFormatting, usesSnakeCase: Bool
  ) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = formatting
    if usesSnakeCase { encoder.keyEncodingStrategy = .convertToSnakeCase }
    var data = try encoder.encode(value)
    data.append(0x0A)
    try StandardStreams.write(data)
  }
}
