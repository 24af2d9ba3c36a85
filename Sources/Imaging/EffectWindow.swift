import CKernels

/// Where a painted mouth may change the picture: the lower middle of the aligned crop, fading out.
///
/// In crop coordinates, both in [-1, 1]: smoothstep(1, 0.82, |x|) smoothstep(-0.42, -0.18, y)
/// smoothstep(1, 0.86, y).
public enum EffectWindow {
  /// The weight in [0, 1] at crop coordinates (x, y).
  public static func weight(x: Float, y: Float) -> Float {
    CKernelsImaging_effect_window(x, y)
  }

  /// The weight at every luma pixel of a picture, [height, width]; `cropSize` is the crop's side.
  public static func weights(
    width: Int, height: Int, cropToImage: Similarity, cropSize: Int
  ) -> [Float] {
    let toUnit = cropToImage.inverse.followed(by: unit(cropSize))
    var result = [Float](repeating: 0, count: width * height)
    let (columns, rows) = bounds(of: toUnit, width: width, height: height)
    for row in rows {
      for column in columns {
        let place = toUnit(Point(Double(column) + 0.5, Double(row) + 0.5))
        result[row * width + column] = weight(x: Float(place.x), y: Float(place.y))
      }
    }
    return result
  }

  /// Crop pixels -> crop coordinates in [-1, 1].
  static func unit(_ cropSize: Int) -> Similarity {
    Similarity(scale: 2 / Double(cropSize), shift: Point(-1, -1))
  }

  /// Columns and rows of a plane outside which the weight is zero.
  static func bounds(
    of planeToUnit: Similarity, width: Int, height: Int
  ) -> (columns: Range<Int>, rows: Range<Int>) {
    let toPlane = planeToUnit.inverse
    let corners = [(-1, -0.42), (1, -0.42), (-1, 1), (1, 1)].map { toPlane(Point($0.0, $0.1)) }
    func range(_ values: [Double], _ limit: Int) -> Range<Int> {
      let low = min(max((values.min() ?? 0).rounded(.down), 0), Double(limit))
      let high = min(max((values.max() ?? 0).rounded(.up), low), Double(limit))
      return Int(low)..<Int(high)
    }
    return (range(corners.map(\.x), width), range(corners.map(\.y), height))
  }
}
