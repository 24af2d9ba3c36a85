public import Compute
public import Imaging

/// What the pose network says about one point of a body.
public struct Keypoint: Hashable, Sendable {
  /// In the picture; a whole number is the centre of a pixel.
  public var point: Point
  /// The lower of both axes' greatest logits: below 0 the network does not see the point.
  public var score: Float

  public init(point: Point, score: Float) { (self.point, self.score) = (point, score) }
}

extension PoseWindow {
  /// The points in the picture, from logits of half pixels along x [1, keypoints, binsX] and y [1, keypoints, binsY].
  ///
  /// Upstream takes the likeliest half pixel of the network's picture, which is four pixels of a large frame. With
  /// `refines`, the top of a parabola through the logits around it is taken.
  public func keypoints(x: HostTensor, y: HostTensor, refines: Bool = false) -> [Keypoint] {
    let count = configuration.keypoints
    precondition(
      x.shape == [1, count, configuration.binsX] && y.shape == [1, count, configuration.binsY],
      "logits \(x.shape) and \(y.shape)")
    return (0..<count).map { index in
      let (column, columnScore) = Self.peak(x, row: index, refines: refines)
      let (row, rowScore) = Self.peak(y, row: index, refines: refines)
      let score = min(columnScore, rowScore)
      let place = score > 0 ? Point(column / 2, row / 2) : Point(-0.5, -0.5)
      let (width, height) = (Double(width), Double(height))
      return Keypoint(
        point: Point(
          place.x / Double(configuration.imageWidth) * width + center.x - 0.5 * width,
          place.y / Double(configuration.imageHeight) * height + center.y - 0.5 * height),
        score: score)
    }
  }

  private static func peak(
    _ logits: HostTensor, row: Int, refines: Bool
  ) -> (place: Double, score: Float) {
    let bins = logits.shape[2]
    let values = logits.values[(row * bins)..<((row + 1) * bins)]
    let best = values.indices.max { values[$0] < values[$1] } ?? values.startIndex
    let place = Double(best - values.startIndex)
    let reach = 4
    guard refines, values.indices.contains(best - reach), values.indices.contains(best + reach)
    else { return (place, values[best]) }
    // Least squares over -4...4, whose squares have the mean 20 / 3.
    var (slope, bend) = (0.0, 0.0)
    for t in -reach...reach {
      let value = Double(values[best + t])
      slope += Double(t) * value / 60
      bend += (Double(t * t) - 20.0 / 3) * value / 308
    }
    let shift = bend < 0 ? -slope / (2 * bend) : 0
    return (place + min(max(shift, -1), 1), values[best])
  }

  /// The mean of a picture's logits and those of the flipped picture, mirrored: upstream's flip test, for twice the time.
  ///
  /// Shapes as for `keypoints`; for the 133 points of a whole body.
  public static func averaged(
    _ logits: (x: HostTensor, y: HostTensor), flipped: (x: HostTensor, y: HostTensor)
  ) -> (x: HostTensor, y: HostTensor) {
    var (x, y) = logits
    let (binsX, binsY) = (x.shape[2], y.shape[2])
    precondition(x.shape[1] == partners.count, "133 points")
    for (point, partner) in partners.enumerated() {
      for bin in 0..<binsX {
        let other = flipped.x.values[partner * binsX + binsX - 1 - bin]
        x.values[point * binsX + bin] = 0.5 * (x.values[point * binsX + bin] + other)
      }
      for bin in 0..<binsY {
        let other = flipped.y.values[partner * binsY + bin]
        y.values[point * binsY + bin] = 0.5 * (y.values[point * binsY + bin] + other)
      }
    }
    return (x, y)
  }

  /// For each point of a whole body, the one that it becomes in a mirror.
  static let partners: [Int] = {
    let body = [0, 2, 1, 4, 3, 6, 5, 8, 7, 10, 9, 12, 11, 14, 13, 16, 15]
    let feet = [20, 21, 22, 17, 18, 19]
    let jaw = Array((23...39).reversed())
    let brows = Array((40...49).reversed())
    let nose = [50, 51, 52, 53] + (54...58).reversed()
    let eyes = [68, 67, 66, 65, 70, 69, 62, 61, 60, 59, 64, 63]
    let outerLips = (71...77).reversed() + (78...82).reversed()
    let innerLips = (83...87).reversed() + (88...90).reversed()
    let hands = Array(112...132) + Array(91...111)
    return body + feet + jaw + brows + nose + eyes + outerLips + innerLips + hands
  }()
}
