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
  public static let strengthRange = 0.0...2.0
  public static let sharpenRange = 0.0...2.0
  /// LUFS that a sound can be brought to.
  public static let loudnessRange = -40.0 ... -5.0
  public static let threadRange = 1...256
  /// Seconds from the start in which a visible label shows: GB 45438-2025 asks for two at least.
  public static let labelSecondsRange = 2.0...86400
  static let labelCharacterLimit = 100
  /// Endings of an output's name.
  public static let outputExtensions = ["mp4", "m4v", "mov", "webm"]

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

  /// Reads a text to be drawn into the picture: all of it can be seen, in lines of its own where it has line feeds.
  public static func visibleLabel(_ text: String) throws(Complaint) -> String {
    let shows = text.unicodeScalars.contains {
      !$0.properties.isWhitespace && !$0.properties.isDefaultIgnorableCodePoint
    }
    guard shows else {
      throw Complaint("give some text, or leave it out")
    }
    guard text.count <= labelCharacterLimit else {
      throw Complaint("use at most \(labelCharacterLimit) characters")
    }
    guard !text.unicodeScalars.contains(where: { $0 != "\n" && PrintableText.isUnprintable($0) })
    else { throw Complaint("leave out tabs and other control characters, which can't be drawn") }
    return text
  }

  /// Colours that go by a name: the screens that are keyed out, and the neutral ones.
  static let colors: [String: UInt32] = [
    "green": 0x00FF00, "blue": 0x0000FF, "white": 0xFFFFFF, "gray": 0x808080, "black": 0,
  ]

  /// Reads a colour, by name or in digits, as red, green, blue.
  public static func color(
    _ text: String
  ) throws(Complaint) -> (red: UInt8, green: UInt8, blue: UInt8) {
    let digits = text.hasPrefix("#") ? String(text.dropFirst()) : text
    let isNumber = digits.count == 6 && digits.allSatisfy(\.isHexDigit)
    guard let value = colors[text] ?? (isNumber ? UInt32(digits, radix: 16) : nil) else {
      throw Complaint("write it as RRGGBB, or green, blue, white, gray or black")
    }
    return (UInt8(value >> 16), UInt8(value >> 8 & 255), UInt8(value & 255))
  }
}
