/// A prompt whose parts have weights, written as AUTOMATIC1111's web interface has it: `(more)`, `[less]`, `(this:1.3)`.
///
/// Parentheses multiply by 1.1, square brackets divide by it, and both may be nested; a backslash takes the meaning
/// from what follows. Brackets without a partner hold to the end.
public struct WeightedPrompt: Sendable, Equatable {
  /// A stretch of text with one weight.
  public struct Part: Sendable, Equatable {
    public var text: String
    public var weight: Double

    public init(_ text: String, _ weight: Double = 1) {
      self.text = text
      self.weight = weight
    }
  }

  public private(set) var parts: [Part] = []

  private static let step = 1.1

  public init(_ prompt: String) {
    var text = ""
    /// Where parts of each open bracket begin.
    var (rounds, squares): ([Int], [Int]) = ([], [])
    var rest = prompt[...]
    func multiply(from start: Int, by factor: Double) {
      for index in start..<parts.count { parts[index].weight *= factor }
    }
    func flush() {
      if !text.isEmpty { parts.append(Part(text)) }
      text = ""
    }
    while let character = rest.popFirst() {
      switch character {
      case "\\":
        text.append(rest.first.map { "()[]\\".contains($0) } == true ? rest.removeFirst() : "\\")
      case "(":
        flush()
        rounds.append(parts.count)
      case "[":
        flush()
        squares.append(parts.count)
      case ":" where !rounds.isEmpty && Self.weight(rest) != nil:
        flush()
        if let (weight, after) = Self.weight(rest), let start = rounds.popLast() {
          multiply(from: start, by: weight)
          rest = after
        }
      case ")" where !rounds.isEmpty:
        flush()
        multiply(from: rounds.removeLast(), by: Self.step)
      case "]" where !squares.isEmpty:
        flush()
        multiply(from: squares.removeLast(), by: 1 / Self.step)
      default: text.append(character)
      }
    }
    flush()
    for start in rounds { multiply(from: start, by: Self.step) }
    for start in squares { multiply(from: start, by: 1 / Self.step) }
    joinEqualNeighbours()
  }

  /// `1.3)` at the start of `text`, with spaces around the number: the number, and what follows.
  private static func weight(_ text: Substring) -> (Double, Substring)? {
    guard let close = text.firstIndex(of: ")") else { return nil }
    let written = text[..<close].drop { $0 == " " }
    let number = String(written.reversed().drop { $0 == " " }.reversed())
    guard let weight = Double(number), weight.isFinite,
      number.allSatisfy({ "+-.0123456789".contains($0) })
    else { return nil }
    return (weight, text[text.index(after: close)...])
  }

  private mutating func joinEqualNeighbours() {
    var joined: [Part] = []
    for part in parts {
      if let last = joined.last, last.weight == part.weight {
        joined[joined.count - 1].text += part.text
      } else {
        joined.append(part)
      }
    }
    parts = joined
  }
}
