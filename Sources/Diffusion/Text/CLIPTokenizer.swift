import Foundation
public import Weights

/// CLIP's tokenizer: lower-cased words, taken apart into pairs of bytes that were frequent (byte-pair encoding).
///
/// After transformers 5.24, models/clip; read from a model's own `vocab.json` and `merges.txt`.
public struct CLIPTokenizer: Sendable {
  /// Ids that begin and end every chunk.
  public let (begin, end): (Int, Int)
  private let vocabulary: [String: Int]
  /// How early a pair was merged in training, by both halves.
  private let ranks: [Pair: Int]

  private struct Pair: Hashable {
    let left: String
    let right: String
  }

  private static let wordEnd = "</w>"

  /// Reads `vocab.json` and `merges.txt` of `folder`.
  ///
  /// - Throws: `WeightsError.unreadable` or `.configuration`.
  public init(folder: String) throws(WeightsError) {
    let vocabularyFile = folder + "/vocab.json"
    let mergesFile = folder + "/merges.txt"
    try self.init(
      vocabulary: Self.contents(vocabularyFile), vocabularyName: vocabularyFile,
      merges: Self.contents(mergesFile), mergesName: mergesFile)
  }

  private static func contents(_ path: String) throws(WeightsError) -> Data {
    do {
      return try Data(contentsOf: URL(fileURLWithPath: path))
    } catch {
      throw .unreadable(
        file: path, reason: "it belongs to the tokenizer: take it from the model's folder")
    }
  }

  init(
    vocabulary: Data, vocabularyName: String, merges: Data, mergesName: String
  ) throws(WeightsError) {
    guard let ids = try? JSONDecoder().decode([String: Int].self, from: vocabulary) else {
      throw .configuration(file: vocabularyName, reason: "it is not a table of tokens' numbers")
    }
    guard let begin = ids["<|startoftext|>"], let end = ids["<|endoftext|>"] else {
      throw .configuration(
        file: vocabularyName, reason: "\"<|startoftext|>\" or \"<|endoftext|>\" is missing")
    }
    guard let text = String(data: merges, encoding: .utf8) else {
      throw .configuration(file: mergesName, reason: "it is not text")
    }
    var ranks: [Pair: Int] = [:]
    for line in text.split(whereSeparator: \.isNewline) where !line.hasPrefix("#version") {
      let halves = line.split(separator: " ")
      guard halves.count == 2 else {
        throw .configuration(file: mergesName, reason: "\"\(line.prefix(40))\" is no pair")
      }
      let pair = Pair(left: String(halves[0]), right: String(halves[1]))
      ranks[pair] = ranks[pair] ?? ranks.count
    }
    (self.begin, self.end, self.vocabulary, self.ranks) = (begin, end, ids, ranks)
  }

  /// The ids of `text`, without begin and end; what is in no vocabulary becomes the end's id, as upstream has it.
  public func ids(_ text: String) -> [Int] {
    TextPieces(text).pieces.flatMap { piece in
      vocabularySpecial(piece).map { [$0] } ?? tokens(piece).map { vocabulary[$0] ?? end }
    }
  }

  private func vocabularySpecial(_ piece: String) -> Int? {
    piece == "<|startoftext|>" ? begin : piece == "<|endoftext|>" ? end : nil
  }

  /// A piece's bytes, merged pair by pair in the order of training.
  private func tokens(_ piece: String) -> [String] {
    var parts = piece.utf8.map { String(Self.letters[Int($0)]) }
    guard !parts.isEmpty else { return [] }
    parts[parts.count - 1] += Self.wordEnd
    while parts.count > 1 {
      let ranked = zip(parts, parts.dropFirst()).map { ranks[Pair(left: $0, right: $1)] ?? .max }
      guard let best = ranked.min(), best != .max else { break }
      var merged: [String] = []
      var index = 0
      while index < parts.count {
        let isPair = index < ranked.count && ranked[index] == best
        merged.append(isPair ? parts[index] + parts[index + 1] : parts[index])
        index += isPair ? 2 : 1
      }
      parts = merged
    }
    return parts
  }

  /// A letter for every byte: printable ones stand for themselves, the others for letters from U+0100 on.
  private static let letters: [Character] = {
    let printable = Set(Array(33...126) + Array(161...172) + Array(174...255))
    var next = 256
    return (0..<256).map { byte in
      if printable.contains(byte) { return Character(Unicode.Scalar(UInt8(byte))) }
      defer { next += 1 }
      return Unicode.Scalar(next).map(Character.init) ?? " "
    }
  }()
}
