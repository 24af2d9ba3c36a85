/// Lengths of time as manifests write them: `90s`, `10m`, `2h`, `1h30m`.
public enum ManifestDuration {
  static let regularExpression = "^([0-9]+(\\.[0-9]+)?[smhd])+$"
  public static let complaint = "write it as 90s, 10m, 2h or 1h30m"
  private static let longestSeconds = 366.0 * 86_400

  /// Seconds; nil where `text` is no length of time, or more than a year.
  public static func seconds(_ text: String) -> Double? {
    var (total, digits) = (0.0, "")
    for character in text {
      if character.isASCII && character.isNumber || character == "." {
        digits.append(character)
      } else {
        let unit: Double? =
          switch character {
          case "s": 1
          case "m": 60
          case "h": 3600
          case "d": 86_400
          default: nil
          }
        guard let unit, let number = Double(digits), !digits.hasPrefix("."), !digits.hasSuffix(".")
        else { return nil }
        total += number * unit
        digits = ""
      }
    }
    return digits.isEmpty && !text.isEmpty && total <= longestSeconds ? total : nil
  }
}
