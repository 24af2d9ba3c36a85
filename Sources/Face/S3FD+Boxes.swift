import Foundation
public import Compute
public import Imaging

extension S3FD {
  /// A face, and how likely it is one.
  public struct ScoredBox: Hashable, Sendable {
    /// Corners in pixels of the picture, which they may leave.
    public var left: Float
    public var top: Float
    public var right: Float
    public var bottom: Float
    /// In [0, 1].
    public var score: Float

    /// The box in whole pixels, not left of or above the picture.
    public var box: PixelBox {
      func whole(_ value: Float) -> Int { Int(min(max(value, 0), 1e6)) }
      return PixelBox(
        left: whole(left), top: whole(top), right: whole(right), bottom: whole(bottom))
    }

    /// Width and height count both ends.
    private var area: Float { (right - left + 1) * (bottom - top + 1) }

    func overlap(with other: ScoredBox) -> Float {
      let width = max(0, min(right, other.right) - max(left, other.left) + 1)
      let height = max(0, min(bottom, other.bottom) - max(top, other.top) + 1)
      return width * height / (area + other.area - width * height)
    }
  }

  /// An RGB picture as the network takes it [1, 3, height, width].
  ///
  /// What is subtracted are the means of blue, green and red, in this order: as in upstream's training.
  public static func input(_ picture: BytePicture) -> HostTensor {
    precondition(picture.channels == 3, "an RGB picture")
    let count = picture.width * picture.height
    let means: [Float] = [104, 117, 123]
    let values = [Float](unsafeUninitializedCapacity: 3 * count) { buffer, initialized in
      for channel in 0..<3 {
        for pixel in 0..<count {
          buffer[channel * count + pixel] =
            Float(picture.samples[3 * pixel + channel]) - means[channel]
        }
      }
      initialized = 3 * count
    }
    return HostTensor(shape: [1, 3, picture.height, picture.width], values: values)
  }

  /// The faces among the six levels' outputs for one picture, the likeliest first.
  ///
  /// `scores` are [1, 2, h, w] and `boxes` [1, 4, h, w], level by level. Anchors score above 0.05; of those that share
  /// more than 0.3 of their area the likeliest remains; and what remains scores above `threshold`.
  public static func faces(
    scores: [HostTensor], boxes: [HostTensor], threshold: Float = 0.5
  ) -> [ScoredBox] {
    precondition(scores.count == boxes.count, "scores and boxes of each level")
    var candidates: [ScoredBox] = []
    for (level, (scores, boxes)) in zip(scores, boxes).enumerated() {
      candidates += decoded(scores, boxes, stride: 4 << level)
    }
    var kept: [ScoredBox] = []
    for candidate in candidates.sorted(by: { $0.score > $1.score })
    where !kept.contains(where: { $0.overlap(with: candidate) > 0.3 }) {
      kept.append(candidate)
    }
    return kept.filter { $0.score > threshold }
  }

  private static func decoded(
    _ scores: HostTensor, _ boxes: HostTensor, stride: Int
  ) -> [ScoredBox] {
    let (height, width) = (scores.shape[2], scores.shape[3])
    precondition(
      scores.shape == [1, 2, height, width] && boxes.shape == [1, 4, height, width],
      "scores \(scores.shape), boxes \(boxes.shape)")
    let (cells, anchor) = (height * width, Float(4 * stride))
    return (0..<cells).compactMap { cell in
      let score = 1 / (1 + exp(scores.values[cell] - scores.values[cells + cell]))
      guard score > 0.05 else { return nil }
      func value(_ channel: Int) -> Float { boxes.values[channel * cells + cell] }
      let centerX = Float(stride) / 2 + Float(cell % width * stride)
      let centerY = Float(stride) / 2 + Float(cell / width * stride)
      let (boxWidth, boxHeight) = (anchor * exp(0.2 * value(2)), anchor * exp(0.2 * value(3)))
      let left = centerX + value(0) * 0.1 * anchor - boxWidth / 2
      let top = centerY + value(1) * 0.1 * anchor - boxHeight / 2
      guard (left + top + boxWidth + boxHeight).isFinite else { return nil }
      return ScoredBox(
        left: left, top: top, right: left + boxWidth, bottom: top + boxHeight, score: score)
    }
  }
}
