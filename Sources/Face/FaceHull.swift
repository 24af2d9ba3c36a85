import CKernels
import Imaging

/// The lower outline of a face without its dents: the convex hull of the lowest rows in which its classes are seen.
///
/// What is above it and not of the face is before the face; below it, it is neck, collar and background, over which a chin
/// may move.
struct FaceHull {
  /// The first row below the outline in each column, 0 where the face is not.
  let rows: [Int32]

  init(of classes: BytePicture, classes members: [FaceClass]) {
    let set = Set(members.map { UInt8($0.rawValue) })
    var lowest: [(x: Int, y: Int)] = []
    for x in 0..<classes.width {
      let y = stride(from: classes.height - 1, through: 0, by: -1).first {
        set.contains(classes.samples[$0 * classes.width + x])
      }
      if let y { lowest.append((x, y)) }
    }
    var rows = [Int32](repeating: 0, count: classes.width)
    let corners = Self.hull(lowest)
    for (from, to) in zip(corners, corners.dropFirst()) {
      for x in from.x...to.x {
        let y = Double(from.y) + Double(to.y - from.y) * Double(x - from.x) / Double(to.x - from.x)
        rows[x] = Int32(y.rounded(.up)) + 1
      }
    }
    self.rows = rows
  }

  /// The corners of the outline that bulges downwards, from left to right.
  private static func hull(_ points: [(x: Int, y: Int)]) -> [(x: Int, y: Int)] {
    var result: [(x: Int, y: Int)] = []
    for point in points {
      while result.count > 1 {
        let (a, b) = (result[result.count - 2], result[result.count - 1])
        let turn = (b.x - a.x) * (point.y - a.y) - (b.y - a.y) * (point.x - a.x)
        // y grows downwards: keep b only where it lies below the line from a to the point.
        guard turn >= 0 else { break }
        result.removeLast()
      }
      result.append(point)
    }
    return result
  }

  /// 255 less `hiding` above the outline, 255 below it.
  func sparing(_ hiding: BytePicture) -> BytePicture {
    var result = hiding.inverted
    for (x, row) in rows.enumerated() {
      for y in Int(row)..<max(result.height, Int(row)) {
        result.samples[y * result.width + x] = 255
      }
    }
    return result
  }
}
