import Foundation
public import MediaTypes

/// Captions of an SRT (SubRip) or WebVTT file.
public struct CaptionFile: Sendable {
  public enum Format: String, Sendable {
    case srt, vtt
  }

  /// Larger files are no captions.
  private static let byteLimit = 16 << 20

  public let format: Format
  /// In the file's order, as plain text; those without any text are left out.
  public let captions: [Caption]

  /// Reads a file in UTF-8, or in UTF-16 with a byte order mark; what it holds decides the format, not its name.
  ///
  /// Of WebVTT and SRT, times and text are read; colours, places and fonts are left out.
  ///
  /// - Throws: `MediaError`: 66 where it can't be read, 65 where it is no captions, naming the first line that is wrong.
  public init(_ path: String) throws {
    let file = try InputFile(path)
    guard !file.isFolder, file.byteCount <= Self.byteLimit else {
      throw Self.unusable(path, "no captions", "give an SRT or WebVTT file")
    }
    guard let data = FileManager.default.contents(atPath: path) else {
      throw MediaError.reading(path, errno: EACCES)
    }
    guard let text = Self.text(of: data), !text.contains("\0") else {
      throw Self.unusable(path, "captions that are not in UTF-8", "save them as UTF-8")
    }
    var lines = text.replacing("\r\n", with: "\n").replacing("\r", with: "\n")
      .split(separator: "\n", omittingEmptySubsequences: false)[...]
    let isWebVTT =
      lines.first.map { $0 == "WEBVTT" || $0.hasPrefix("WEBVTT ") || $0.hasPrefix("WEBVTT\t") }
      ?? false
    format = isWebVTT ? .vtt : .srt
    var reader = CueReader(path: path, format: format)
    if isWebVTT { lines = lines.drop { !$0.isEmpty } }
    captions = try reader.read(lines)
  }

  static func unusable(_ path: String, _ what: String, _ advice: String) -> MediaError {
    MediaError.unusable(path, what, advice)
  }

  private static func text(of data: Data) -> String? {
    let isUTF16 = data.starts(with: [0xFF, 0xFE]) || data.starts(with: [0xFE, 0xFF])
    if isUTF16 { return String(data: data, encoding: .utf16) }
    let hasMark = data.starts(with: [0xEF, 0xBB, 0xBF])
    return String(validating: hasMark ? data.dropFirst(3) : data, as: UTF8.self)
  }
}

/// Reads one cue after another.
private struct CueReader {
  let path: String
  let format: CaptionFile.Format

  mutating func read(_ lines: ArraySlice<Substring>) throws -> [Caption] {
    var captions: [Caption] = []
    var cueCount = 0
    var rest = lines
    while let line = rest.popFirst() {
      guard line.contains("-->") else {
        try check(line, rest.startIndex)
        if format == .vtt, ["NOTE", "STYLE", "REGION"].contains(where: line.hasPrefix) {
          rest = rest.drop { !$0.allSatisfy(\.isWhitespace) }
        }
        continue
      }
      guard let times = Self.times(line) else {
        throw wrong(rest.startIndex, "no time as 00:00:01,500 --> 00:00:03,000")
      }
      guard times.start < times.end else {
        throw wrong(rest.startIndex, "a caption that ends before it begins")
      }
      let text = rest.prefix { !$0.allSatisfy(\.isWhitespace) && !$0.contains("-->") }
      rest = rest.dropFirst(text.count)
      cueCount += 1
      let plain = CaptionText.plain(text.joined(separator: "\n"), format)
      if !plain.isEmpty { captions.append(Caption(times.start..<times.end, plain)) }
    }
    guard cueCount > 0 else {
      throw CaptionFile.unusable(path, "no captions in this file", "give an SRT or WebVTT file")
    }
    return captions
  }

  /// Between cues SRT has numbers only; WebVTT may have names and blocks.
  private func check(_ line: Substring, _ number: Int) throws {
    let isKnown = format == .vtt || line.allSatisfy { $0.isWhitespace || $0.isNumber }
    if !isKnown { throw wrong(number, "text that belongs to no time") }
  }

  private func wrong(_ lineNumber: Int, _ what: String) -> MediaError {
    CaptionFile.unusable(
      path, "captions with \(what) in line \(lineNumber)", "mend the line, or give other captions")
  }

  private static func times(_ line: Substring) -> (start: Int, end: Int)? {
    let parts = line.split(separator: "-->", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2,
      let last = parts[1].split(whereSeparator: \.isWhitespace).first,
      let end = milliseconds(last),
      let start = milliseconds(Substring(parts[0].filter { !$0.isWhitespace }))
    else { return nil }
    return (start, end)
  }

  /// Reads `01:02:03,400`, the hours optional, comma or point.
  private static func milliseconds(_ text: Substring) -> Int? {
    let halves = text.split(maxSplits: 1, omittingEmptySubsequences: false) {
      $0 == "," || $0 == "."
    }
    let clock = halves[0].split(separator: ":", omittingEmptySubsequences: false)
    let fraction = halves.count == 2 ? halves[1] : "0"
    guard (2...3).contains(clock.count), (1...3).contains(fraction.count) else { return nil }
    for field in clock + [fraction] {
      guard (1...4).contains(field.count), field.utf8.allSatisfy(isDigit) else { return nil }
    }
    let values = clock.compactMap { Int($0) }
    guard values.suffix(2).allSatisfy({ $0 < 60 }), let part = Int(fraction) else { return nil }
    let seconds = values.reduce(0) { $0 * 60 + $1 }
    return seconds * 1000 + part * [100, 10, 1][fraction.count - 1]
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }
}
