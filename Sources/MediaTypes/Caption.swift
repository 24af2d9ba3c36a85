/// Words shown below a picture for a while.
public struct Caption: Hashable, Sendable {
  /// Milliseconds from the video's start in which it shows.
  public var milliseconds: Range<Int>
  /// Plain text, lines separated by line feeds.
  public var text: String

  public init(_ milliseconds: Range<Int>, _ text: String) {
    self.milliseconds = milliseconds
    self.text = text
  }
}

extension [Caption] {
  /// One caption at a time, in order: where several show at once their texts stand below one another.
  public var oneAtATime: [Caption] {
    let bounds = Set(flatMap { [$0.milliseconds.lowerBound, $0.milliseconds.upperBound] }).sorted()
    let sorted = enumerated().sorted {
      ($0.element.milliseconds.lowerBound, $0.offset)
        < ($1.element.milliseconds.lowerBound, $1.offset)
    }.map(\.element)
    var result: [Caption] = []
    var (shown, next) = ([Caption](), 0)
    for (start, end) in zip(bounds, bounds.dropFirst()) {
      shown.removeAll { $0.milliseconds.upperBound <= start }
      while next < sorted.count, sorted[next].milliseconds.lowerBound <= start {
        shown.append(sorted[next])
        next += 1
      }
      guard !shown.isEmpty else { continue }
      let text = shown.map(\.text).joined(separator: "\n")
      if let last = result.last, last.text == text, last.milliseconds.upperBound == start {
        result[result.count - 1].milliseconds = last.milliseconds.lowerBound..<end
      } else {
        result.append(Caption(start..<end, text))
      }
    }
    return result
  }

  /// What of them lies before `milliseconds`.
  public func ending(by milliseconds: Int) -> [Caption] {
    compactMap { caption in
      let range = caption.milliseconds.clamped(to: 0..<Swift.max(milliseconds, 0))
      return range.isEmpty ? nil : Caption(range, caption.text)
    }
  }
}
