import Face
import Imaging
import Media
import MediaTypes

/// Sample frames of a clip with everybody's box (yellow), landmarks, crop (blue) and what `marks` add.
struct InspectionSheet {
  private static let (columns, cellWidth, labelHeight) = (4, 400, 24)

  let people: People
  /// Whose box is drawn twice.
  let chosen: Int?
  let times: PresentationTimes
  let marks: [any SheetMark]

  /// Draws about `sampleCount` frames of `source`, evenly spread; `check` may throw to stop.
  func draw(
    _ source: any PictureSource, sampleCount: Int, check: () throws -> Void
  ) throws -> RGBPicture {
    let samples = Self.samples(sampleCount, of: times.frameCount)
    let (width, height) = (source.info.width, source.info.height)
    let scale = min(1, Double(Self.cellWidth) / Double(width))
    let cell = (width: even(Double(width) * scale), height: even(Double(height) * scale))
    let columns = min(Self.columns, samples.count)
    let rows = (samples.count + columns - 1) / columns
    let rowHeight = cell.height + Self.labelHeight
    var sheet = Frame(
      width: columns * cell.width, height: rows * rowHeight, color: source.info.color, luma: 24)
    for (place, index) in samples.enumerated() {
      try check()
      let frame = try source.frame(at: index)
      var picture = try frame.resized(width: cell.width, height: cell.height)
      try mark(&picture, scale: Double(cell.width) / Double(width), frame: frame, index: index)
      let corner = (column: place % columns * cell.width, row: place / columns * rowHeight)
      let seconds = (times.seconds(index) * 1000).rounded() / 1000
      SheetLettering.draw(
        "#\(index) \(seconds) s", at: Point(Double(corner.column) + 4, Double(corner.row) + 5),
        on: &sheet)
      sheet.lay(picture, column: corner.column, row: corner.row + Self.labelHeight)
    }
    return sheet.rgbPicture()
  }

  /// Frames in the middle of `wanted` equal parts of a clip.
  static func samples(_ wanted: Int, of frameCount: Int) -> [Int] {
    let count = min(wanted, frameCount)
    return (0..<count).map { (2 * $0 + 1) * frameCount / (2 * count) }
  }

  private func even(_ length: Double) -> Int { max(2, Int(length / 2) * 2) }

  private func mark(
    _ picture: inout Frame, scale: Double, frame: Frame, index: Int
  ) throws {
    for (number, person) in people.persons.enumerated() {
      guard let face = person.track[index] else { continue }
      let landmarks = Landmarks(points: face.landmarks.points.map { $0 * scale })
      var squares = [landmarks.square].compactMap(\.self)
      if number == chosen {
        squares += squares.map {
          FaceSquare(center: $0.center, side: $0.side + 6, rollRadians: $0.rollRadians)
        }
      }
      picture.draw(landmarks, squares: squares)
      for mark in marks { try mark.draw(on: &picture, scale: scale, frame: frame, face: face) }
      guard let corner = squares.last?.box else { continue }
      SheetLettering.draw(
        "\(number + 1)", at: Point(corner.left, corner.top - 18), on: &picture)
    }
  }
}

extension Frame {
  /// Copies `picture` into this one with its corner at an even place.
  fileprivate mutating func lay(_ picture: Frame, column: Int, row: Int) {
    let planes = [
      (lumaRange, picture.lumaRange, 1), (firstChromaRange, picture.firstChromaRange, 2),
      (secondChromaRange, picture.secondChromaRange, 2),
    ]
    for (target, source, step) in planes {
      let (stride, length) = (width / step, picture.width / step)
      for line in 0..<(picture.height / step) {
        let from = source.lowerBound + line * length
        let to = target.lowerBound + (row / step + line) * stride + column / step
        samples.replaceSubrange(to..<(to + length), with: picture.samples[from..<(from + length)])
      }
    }
  }
}
