/// Text from files, made safe to show.
public enum PrintableText {
  /// `text` on one line, with what would steer a terminal or hide its order written as codes such as `\u{1B}`.
  public static func escaping(_ text: String) -> String {
    text.unicodeScalars.map { scalar in
      isUnprintable(scalar)
        ? "\\u{\(String(scalar.value, radix: 16, uppercase: true))}" : String(scalar)
    }.joined()
  }

  /// Control characters, and marks that change the order in which text is shown.
  static func isUnprintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: true
    default: scalar.properties.isBidiControl
    }
  }
}
