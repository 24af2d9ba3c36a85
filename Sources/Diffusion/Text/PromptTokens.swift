/// A prompt as chunks of tokens that a text encoder can take, with a weight for each token.
public struct PromptTokens: Sendable, Equatable {
  /// A token: one of the vocabulary, or a vector that was learned for a name.
  public enum Token: Sendable, Hashable {
    case id(Int)
    case inversion(name: String, vector: Int)
  }

  /// Chunks of as many tokens as the encoder has positions, begin and end included.
  public private(set) var chunks: [[Token]]
  /// The weight of every token of every chunk.
  public private(set) var weights: [[Double]]
  private let filler: (begin: Token, end: Token)

  public static func == (a: PromptTokens, b: PromptTokens) -> Bool {
    a.chunks == b.chunks && a.weights == b.weights
  }

  /// Takes `prompt` apart.
  ///
  /// Names of `inversions` stand for as many tokens as they have vectors.
  /// Long prompts become several chunks of `positions` tokens, each with a begin and an end of its own.
  public init(
    _ prompt: WeightedPrompt, tokenizer: CLIPTokenizer, positions: Int,
    inversions: [String: Int] = [:]
  ) {
    let (begin, end) = (Token.id(tokenizer.begin), Token.id(tokenizer.end))
    let tokens = prompt.parts.flatMap { part in
      Self.tokens(part.text, tokenizer: tokenizer, inversions: inversions)
        .map { ($0, part.weight) }
    }
    let room = positions - 2
    (chunks, weights, filler) = ([], [], (begin, end))
    for start in stride(from: 0, to: max(tokens.count, 1), by: room) {
      let some = tokens[start..<min(start + room, tokens.count)]
      let padding = room - some.count
      chunks.append([begin] + some.map(\.0) + Array(repeating: end, count: padding + 1))
      weights.append([1] + some.map(\.1) + Array(repeating: 1, count: padding + 1))
    }
  }

  /// Adds empty chunks, so that two prompts are of one length.
  public mutating func pad(toChunks count: Int) {
    guard let positions = chunks.first?.count else { return }
    while chunks.count < count {
      chunks.append([filler.begin] + Array(repeating: filler.end, count: positions - 1))
      weights.append(Array(repeating: 1, count: positions))
    }
  }

  /// The tokens of `text`, in which names of inversions stand alone, between characters that belong to no word.
  private static func tokens(
    _ text: String, tokenizer: CLIPTokenizer, inversions: [String: Int]
  ) -> [Token] {
    var tokens: [Token] = []
    var plain = ""
    func flush() {
      tokens += tokenizer.ids(plain).map(Token.id)
      plain = ""
    }
    for word in words(text) {
      if let vectors = inversions[word] {
        flush()
        tokens += (0..<vectors).map { .inversion(name: word, vector: $0) }
      } else {
        plain += word
      }
    }
    flush()
    return tokens
  }

  /// `text` in pieces: words with their hyphens and underscores, and all between them.
  private static func words(_ text: String) -> [String] {
    var words: [String] = []
    var isInWord = false
    for character in text {
      let belongs = character.isLetter || character.isNumber || "-_".contains(character)
      if belongs == isInWord, !words.isEmpty {
        words[words.count - 1].append(character)
      } else {
        words.append(String(character))
      }
      isInWord = belongs
    }
    return words
  }
}
