/// The text of a cue without its markup.
enum CaptionText {
  /// `<i>`, `<font ...>`, `<v Name>`, `<00:01.000>` and `{\an8}` are left out; WebVTT's entities become their characters.
  static func plain(_ text: String, _ format: CaptionFile.Format) -> String {
    var plain = text.replacing(#/</?[A-Za-z][^<>]*>/#, with: "")
      .replacing(#/\{\\[^{}]*\}/#, with: "")
    if format == .vtt {
      plain = plain.replacing(#/<[0-9:.]+>|</?>/#, with: "")
      for (name, character) in [
        ("&lt;", "<"), ("&gt;", ">"), ("&nbsp;", "\u{A0}"), ("&lrm;", "\u{200E}"),
        ("&rlm;", "\u{200F}"), ("&amp;", "&"),
      ] { plain = plain.replacing(name, with: character) }
    }
    return plain.split(separator: "\n")
      .map { line in String(line.filter { !isControl($0) }).trimmed }
      .filter { !$0.isEmpty }.joined(separator: "\n")
  }

  private static func isControl(_ character: Character) -> Bool {
    character.unicodeScalars.allSatisfy { $0.properties.generalCategory == .control }
  }
}

extension String {
  fileprivate var trimmed: String {
    let front = drop(while: \.isWhitespace)
    return String(front.reversed().drop(while: \.isWhitespace).reversed())
  }
}
