import Imaging
import MediaTypes

/// Digits and signs for sheets, in a face of 5 x 7 dots.
enum SheetLettering {
  private static let dot = 2

  /// Rows from the top; the lowest bit is the rightmost of five dots.
  private static let glyphs: [Character: [UInt8]] = [
    "0": [14, 17, 19, 21, 25, 17, 14], "1": [4, 12, 4, 4, 4, 4, 14],
    "2": [14, 17, 1, 2, 4, 8, 31], "3": [31, 2, 4, 2, 1, 17, 14],
    "4": [2, 6, 10, 18, 31, 2, 2], "5": [31, 16, 30, 1, 1, 17, 14],
    "6": [6, 8, 16, 30, 17, 17, 14], "7": [31, 1, 2, 4, 8, 8, 8],
    "8": [14, 17, 17, 14, 17, 17, 14], "9": [14, 17, 17, 15, 1, 2, 12],
    "#": [10, 10, 31, 10, 31, 10, 10], ".": [0, 0, 0, 0, 0, 12, 12],
    "s": [0, 0, 15, 16, 14, 1, 30], "-": [0, 0, 0, 31, 0, 0, 0], "+": [0, 4, 4, 31, 4, 4, 0],
  ]

  /// Writes `text` in white on black dots, its upper left corner at `corner`; other characters are gaps.
  static func draw(_ text: String, at corner: Point, on frame: inout Frame) {
    for (place, character) in text.enumerated() {
      let left = corner.x + Double(place * 6 * dot)
      let rows = glyphs[character] ?? []
      for (row, bits) in rows.enumerated() {
        for column in 0..<5 where bits >> (4 - column) & 1 == 1 {
          drawDot(Point(left + Double(column * dot), corner.y + Double(row * dot)), on: &frame)
        }
      }
    }
  }

  private static func drawDot(_ corner: Point, on frame: inout Frame) {
    for line in 0..<dot {
      let y = corner.y + Double(line) + 0.25
      frame.drawLine(
        from: Point(corner.x + 0.25, y), to: Point(corner.x + Double(dot) - 0.75, y),
        color: .white)
    }
  }
}
