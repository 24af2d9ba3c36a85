import CLettering
public import MediaTypes

/// Text as it will be drawn: bold, in the machine's sans serif and, where that has no glyph, in whatever font has one.
///
/// Sizes are in pixels of a picture with square pixels. The text is drawn as it is: nothing in it is a command, a line feed begins a
/// line. Laid out by Pango, so scripts that join their letters or run from the right come out right.
public final class Lettering {
  /// Where lines begin that are shorter than others.
  public enum Alignment: Sendable {
    case left, center
  }

  private let text: OpaquePointer
  /// Height of capitals.
  public let capitalHeight: Double
  /// Size of what is drawn, without margins.
  public let width: Double
  public let height: Double

  /// Lays out `text` with capitals `capitalHeight` high, in lines at most `lineWidth` wide.
  ///
  /// A single letter that is wider than a line makes the text wider than `lineWidth`.
  ///
  /// - Throws: `LetteringError`: 69 where no font has a character, naming the package that does.
  public init(
    _ text: String, capitalHeight: Double, lineWidth: Double = .infinity,
    alignment: Alignment = .left
  ) throws(LetteringError) {
    guard CLettering_font_count() > 0 else { throw .missingFont([]) }
    guard
      let laidOut = Self.layOut(
        text, capitalHeight: capitalHeight, lineWidth: lineWidth, alignment: alignment)
    else { throw .missingFont([]) }
    self.text = laidOut
    self.capitalHeight = capitalHeight
    let ink = CLettering_measure(laidOut)
    (width, height) = (ink.width, ink.height)
    if CLettering_unknown_count(laidOut) > 0 {
      throw .missingFont(Self.charactersWithoutFont(in: text))
    }
  }

  deinit { CLettering_free(text) }

  /// The size of `boxed`.
  public func boxSize(padding: Double, stretch: Double = 1) -> (width: Int, height: Int) {
    let columns = ((width + 2 * padding) * stretch).rounded(.up)
    return (max(Int(columns), 1), max(Int((height + 2 * padding).rounded(.up)), 1))
  }

  /// The text in white on a dark box with round corners, `padding` wider than the text on every side.
  ///
  /// `stretch` is how much wider to draw, for pictures whose pixels are not square.
  ///
  /// - Throws: `LetteringError`, 70, without memory.
  public func boxed(padding: Double, stretch: Double = 1) throws(LetteringError) -> Overlay {
    let (columns, rows) = boxSize(padding: padding, stretch: stretch)
    var words = [UInt32](repeating: 0, count: columns * rows)
    let status = CLettering_draw(
      text, stretch, padding * 0.75, 0.62, &words, Int32(columns), Int32(rows))
    guard status == 0 else { throw .failed }
    let samples = words.flatMap { word in
      [16, 8, 0, 24].map { UInt8(truncatingIfNeeded: word >> $0) }
    }
    return Overlay(width: columns, height: rows, samples: samples)
  }

  private static func layOut(
    _ text: String, capitalHeight: Double, lineWidth: Double, alignment: Alignment = .left
  ) -> OpaquePointer? {
    let bytes = Array(text.utf8CString)
    let language = EastAsianScript(of: text)?.rawValue ?? "en"
    return CLettering_lay_out(
      bytes, Int32(bytes.count - 1), language, capitalHeight, min(lineWidth, 1e6),
      alignment == .center ? 1 : 0)
  }

  /// The characters that no font has, each once.
  private static func charactersWithoutFont(in text: String) -> [Character] {
    var missing: [Character] = []
    for character in text where !missing.contains(character) {
      guard
        let alone = layOut(String(character), capitalHeight: 16, lineWidth: .infinity)
      else { continue }
      defer { CLettering_free(alone) }
      if CLettering_unknown_count(alone) > 0 { missing.append(character) }
    }
    return missing
  }
}

/// The library that only this module knows.
public enum LetteringLibraries {
  public static var linked: [LinkedLibrary] {
    [
      LinkedLibrary(
        name: "Pango", version: String(cString: CLettering_version()),
        licence: "LGPL-2.0-or-later", purpose: "text in pictures")
    ]
  }
}
