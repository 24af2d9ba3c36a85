public import MediaTypes

/// What the options of `speak` may be: one reading of them for the command line and for manifests.
public enum SpeakOptions {
  /// What is wrong with an option's value, as an instruction: "use 1 to 240".
  public struct Complaint: Error, Equatable {
    public let text: String
    init(_ text: String) { self.text = text }
  }

  /// Models that go by a name.
  public static let modelNames = ["mini", "musetalk-1.5", "musetalk-1.0"]
  static let modelHelp =
    "mini, musetalk-1.5, musetalk-1.0, or a folder in the layout of mini or of MuseTalk's models."
  public static let crfRange = 0...51
  public static let threadRange = 1...256
  /// Endings of an output's name.
  public static let outputExtensions = ["mp4", "m4v"]

  /// Reads a frame rate between 1 and 240.
  public static func rate(_ text: String) throws(Complaint) -> Rational {
    guard let rate = Rational(parsing: text), rate.numerator.magnitude <= 240_000_000,
      rate.denominator <= 1_000_000
    else { throw Complaint("write it as 25, 29.97 or 30000/1001") }
    guard Rational(1) <= rate, rate <= Rational(240) else { throw Complaint("use 1 to 240") }
    return rate
  }

  /// Reads a name or number for the AI label.
  public static func labelText(_ text: String) throws(Complaint) -> String {
    guard !text.isEmpty else { throw Complaint("give some text, or leave it out") }
    return text
  }

  /// Reads a colour as red, green, blue.
  public static func color(
    _ text: String
  ) throws(Complaint) -> (red: UInt8, green: UInt8, blue: UInt8) {
    let digits = text.hasPrefix("#") ? String(text.dropFirst()) : text
    guard digits.count == 6, digits.allSatisfy(\.isHexDigit), let value = UInt32(digits, radix: 16)
    else { throw Complaint("write it as RRGGBB, white is FFFFFF") }
    return (UInt8(value >> 16), UInt8(value >> 8 & 255), UInt8(value & 255))
  }
}
