import Face
import Imaging
import LipSync
import MediaTypes

/// Something that a model shows on a face of the sheet: what it masks, or the box that it repaints.
protocol SheetMark {
  /// Draws on `cell`, which is `frame` at `scale`.
  func draw(on cell: inout Frame, scale: Double, frame: Frame, face: TrackedFace) throws
}

/// The outline of the inner mouth that mini would paint, opened as for an "ah".
struct MouthMaskMark: SheetMark {
  private static let open = Articulation(values: [0.8, 0, 0.1, 0.4, 0.5, 0.3, 0.2])

  let painter: MiniPainter

  func draw(on cell: inout Frame, scale: Double, frame: Frame, face: TrackedFace) throws {
    let size = PaintedMouth.size
    let mask = try painter.mouth(of: frame, face: face, articulation: Self.open).mask
    // Above it lies what the painter's effect window leaves alone.
    let top = size * 3 / 8
    func isInside(_ x: Int, _ y: Int) -> Bool {
      (0..<size).contains(x) && (0..<size).contains(y) && mask[y * size + x] > 0.5
    }
    let toCell = face.crop.followed(by: Similarity(scale: scale))
    for y in top..<size {
      for x in 0..<size where isInside(x, y) {
        let isEdge =
          !(isInside(x - 1, y) && isInside(x + 1, y) && isInside(x, y - 1) && isInside(x, y + 1))
        guard isEdge else { continue }
        cell.drawPoint(toCell(Point(Double(x) + 0.5, Double(y) + 0.5)), radius: 0.7, color: .white)
      }
    }
  }
}

extension PenColor {
  static let white = PenColor(red: 1, green: 1, blue: 1)
}
