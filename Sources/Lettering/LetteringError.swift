public import MediaTypes

/// Why a text can't be drawn.
public struct LetteringError: AvatarError, Equatable {
  public let description: String
  public let exitCode: ExitCode

  /// No font on this machine has `characters`, or capitals at all where there are none (69).
  static func missingFont(_ characters: [Character]) -> LetteringError {
    let package = FontPackage.having(characters)
    let shown = characters.prefix(8).map(String.init).joined(separator: " ")
    let what = characters.isEmpty ? "no font is installed" : "no font has \(shown)"
    return LetteringError(
      description: "\(what): install one, on Debian with apt-get install \(package)",
      exitCode: .modelNotInstalled)
  }

  static let failed = LetteringError(
    description: "Cairo can't draw the text: free some memory and run again",
    exitCode: .internalError)
}

/// Which of Debian's packages has fonts for what.
private enum FontPackage {
  static func having(_ characters: [Character]) -> String {
    guard let first = characters.first else { return "fonts-dejavu-core" }
    if EastAsianScript(of: String(characters)) != nil { return "fonts-noto-cjk" }
    let scalars = first.unicodeScalars
    if scalars.contains(where: \.properties.isEmojiPresentation) || scalars.contains("\u{FE0F}") {
      return "fonts-noto-color-emoji"
    }
    return "fonts-noto-core"
  }
}
