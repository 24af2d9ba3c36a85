public import MediaTypes

/// An articulation track as text with named columns: one row a step of 20 ms, or one a video frame.
public struct ArticulationTable: Sendable {
  /// Rows a second.
  public let rate: Rational
  /// What the mouth does at the middle of each row's time.
  public let rows: [Articulation]

  private static let stepRate = Rational(50)

  /// One row for every step of the track.
  public init(_ track: ArticulationTrack) {
    rate = Self.stepRate
    rows = track.steps
  }

  /// One row for every frame of a video of `frameCount` frames at `rate`.
  public init(_ track: ArticulationTrack, rate: Rational, frameCount: Int) {
    self.rate = rate
    rows = (0..<frameCount).map { track.articulation(atFrame: $0, rate: rate) }
  }

  /// Comma-separated values under a line of names: the time in seconds, then the seven channels.
  public var commaSeparated: String {
    let header = (["time"] + Articulation.names).joined(separator: ",")
    return rows.enumerated().reduce(into: header + "\n") { text, row in
      text += time(ofRow: row.offset)
      for value in row.element.values { text += "," + Self.decimal(value) }
      text += "\n"
    }
  }

  /// A JSON object: `rate`, and `steps`, an object of time and channels for every row.
  public var json: String {
    let steps = rows.enumerated().map { index, row in
      let values = zip(Articulation.names, row.values).map { ", \"\($0)\": \(Self.decimal($1))" }
      return "    {\"time\": \(time(ofRow: index))\(values.joined())}"
    }
    return
      "{\n  \"rate\": \"\(rate)\",\n  \"steps\": [\n\(steps.joined(separator: ",\n"))\n  ]\n}\n"
  }

  /// The middle of a row's time, in seconds to the microsecond.
  private func time(ofRow index: Int) -> String {
    let microseconds =
      ((2 * index + 1) * rate.denominator * 1_000_000 + rate.numerator)
      / (2 * rate.numerator)
    return Self.fixed(microseconds, digits: 6)
  }

  private static func decimal(_ value: Float) -> String {
    let scaled = Int((abs(value) * 10_000).rounded())
    return (value < 0 && scaled > 0 ? "-" : "") + fixed(scaled, digits: 4)
  }

  private static func fixed(_ scaled: Int, digits: Int) -> String {
    let unit = (0..<digits).reduce(1) { value, _ in value * 10 }
    let fraction = String(scaled % unit)
    return "\(scaled / unit)." + String(repeating: "0", count: digits - fraction.count) + fraction
  }
}
