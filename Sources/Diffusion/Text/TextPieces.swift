import Foundation

/// The pieces that CLIP's tokenizer takes apart one by one: words, single digits, English endings, runs of signs.
struct TextPieces {
  private(set) var pieces: [String] = []

  private static let wholeWords = ["<|startoftext|>", "<|endoftext|>"]
  private static let endings = ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d"]

  private enum Kind {
    case space, letter, digit, sign
  }

  init(_ text: String) {
    let scalars = Array(text.precomposedStringWithCanonicalMapping.lowercased().unicodeScalars)
    var index = 0
    while index < scalars.count {
      let length = Self.pieceLength(scalars[index...])
      if Self.kind(scalars[index]) != .space {
        var piece = String.UnicodeScalarView()
        piece.append(contentsOf: scalars[index..<(index + length)])
        pieces.append(String(piece))
      }
      index += length
    }
  }

  /// Scalars of the piece, or of the space, that `rest` begins with.
  private static func pieceLength(_ rest: ArraySlice<Unicode.Scalar>) -> Int {
    let known = (wholeWords + endings).first { rest.starts(with: $0.unicodeScalars) }
    if let known { return known.unicodeScalars.count }
    let kind = kind(rest[rest.startIndex])
    if kind == .digit { return 1 }
    return rest.prefix { Self.kind($0) == kind }.count
  }

  private static func kind(_ scalar: Unicode.Scalar) -> Kind {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
      .letter
    case .decimalNumber, .letterNumber, .otherNumber: .digit
    default: scalar.properties.isWhitespace ? .space : .sign
    }
  }
}
