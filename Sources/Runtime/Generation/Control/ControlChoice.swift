import Foundation

/// A ControlNet that was asked for: what its pictures show, how much it counts, and when.
public struct ControlChoice: Sendable, Equatable {
  public var kind: ControlKind
  /// A folder in diffusers' layout, or a single file.
  public var path: String
  public var strength = 1.0
  /// The share of the steps after which it begins to count, and that after which it ends.
  public var start = 0.0
  public var end = 1.0

  public init(_ kind: ControlKind, path: String, strength: Double = 1) {
    (self.kind, self.path, self.strength) = (kind, path, strength)
  }

  public static let strengthRange = 0.0...10.0

  /// Reads KIND=PATH, KIND=PATH:STRENGTH or KIND=PATH:STRENGTH:START-END.
  public init(parsing text: String) throws(SpeakOptions.Complaint) {
    guard let equals = text.firstIndex(of: "="),
      let kind = ControlKind(rawValue: String(text[..<equals]))
    else {
      throw .init("write it as KIND=FOLDER, where KIND is one of \(ControlKind.names)")
    }
    self.init(kind, path: "")
    let (path, numbers) = Self.split(text[text.index(after: equals)...])
    self.path = String(path)
    if let first = numbers.first { strength = first }
    if numbers.count == 3 { (start, end) = (numbers[1], numbers[2]) }
    guard !path.isEmpty else { throw .init("name a ControlNet's folder or file") }
    guard Self.strengthRange.contains(strength) else { throw .init("use a strength of 0 to 10") }
    guard (0...1).contains(start), (0...1).contains(end), start < end else {
      throw .init("let it count from 0 to 1, or a part of that such as 0-0.6")
    }
  }

  /// Where the path lies in such a text, nil where there is none.
  public static func pathRange(in text: String) -> Range<String.Index>? {
    guard let equals = text.firstIndex(of: "=") else { return nil }
    let path = split(text[text.index(after: equals)...]).path
    return path.startIndex..<path.endIndex
  }

  /// The path, and the strength or the strength with start and end that follow it after colons.
  private static func split(_ text: Substring) -> (path: Substring, numbers: [Double]) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    if parts.count >= 3, let strength = Double(parts[parts.count - 2]) {
      let bounds = parts[parts.count - 1].split(separator: "-").map { Double($0) }
      if bounds.count == 2, let start = bounds[0], let end = bounds[1] {
        let tail = parts[parts.count - 2].count + parts[parts.count - 1].count + 2
        return (text.dropLast(tail), [strength, start, end])
      }
    }
    guard parts.count >= 2, let strength = Double(parts[parts.count - 1]) else { return (text, []) }
    return (text.dropLast(parts[parts.count - 1].count + 1), [strength])
  }

  /// As it is written on the command line.
  var text: String { "\(kind.rawValue)=\(path):\(strength):\(start)-\(end)" }

  /// How much it counts at step `index` of `count` that are taken, as diffusers counts them.
  func scale(step index: Int, of count: Int) -> Float {
    let (begin, finish) = (Double(index) / Double(count), Double(index + 1) / Double(count))
    return begin < start || finish > end ? 0 : Float(strength)
  }
}
