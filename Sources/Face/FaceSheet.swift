import Imaging
public import MediaTypes

/// Pictures on which a person checks what was found.
extension Frame {
  /// Draws a face's landmarks (lips red, the rest green), the painter's crop (blue) and, if given, the
  /// detectors' squares (yellow).
  public mutating func draw(_ landmarks: Landmarks, squares: [FaceSquare] = []) {
    for square in squares { drawSquare(square.toImage, size: 1, color: .yellow) }
    guard let crop = landmarks.alignedCrop else { return }
    drawSquare(crop, size: 256, color: .blue)
    let radius = max(1, crop.scale * 1.6)
    for (index, point) in landmarks.points.enumerated() {
      drawPoint(point, radius: radius, color: (8...29).contains(index) ? .red : .green)
    }
  }
}
