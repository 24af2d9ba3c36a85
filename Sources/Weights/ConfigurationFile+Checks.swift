extension ConfigurationFile {
  /// A description of the first field that would make another network of it than the one named `className`.
  ///
  /// Fields in `known` are the network's own; those in `harmless` may be there with one of the values given; others
  /// only as null or false, which ask for nothing.
  public func problem(
    className: String, known: [String], harmless: [String: Set<JSONValue>]
  ) -> String? {
    if let other = fields["_class_name"], other != .string(className) {
      return "it describes a network of class \(other), not \"\(className)\""
    }
    for (key, value) in fields.sorted(by: { $0.key < $1.key }) {
      // Names with an underscore in front say who wrote the file.
      if known.contains(key) || key.hasPrefix("_") { continue }
      if let accepted = harmless[key] {
        if accepted.contains(value) { continue }
        let names = accepted.map(\.description).sorted().joined(separator: " or ")
        return "\"\(key)\" is \(value), only \(names) is supported"
      }
      if value != .null && value != .bool(false) {
        return "\"\(key)\" is \(value): networks with this field are not supported"
      }
    }
    return nil
  }
}
