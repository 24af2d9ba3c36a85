public import Imaging

/// One face on one frame.
public struct TrackedFace: Hashable, Sendable {
  public let landmarks: Landmarks
  /// The painter's crop: crop pixels (0...256) -> picture pixels.
  public let crop: Similarity
  /// How strongly to paint, in [0, 1]: less at a track's ends within a shot, and towards a profile.
  public let strength: Float

  /// Nil where the landmarks do not determine a crop.
  public init?(landmarks: Landmarks, strength: Float) {
    // As stored: a track that was written and read again gives the same bytes.
    let points = landmarks.points.map { Point(Double(Float($0.x)), Double(Float($0.y))) }
    self.landmarks = Landmarks(points: points)
    guard let crop = self.landmarks.alignedCrop else { return nil }
    self.crop = crop
    self.strength = strength
  }

  /// Side of the painter's crop in picture pixels.
  public var cropSide: Double { crop.scale * 256 }
}

/// Where the face is in every frame of a film, or of a single picture.
public struct FaceTrack: Hashable, Sendable {
  /// One entry a frame, nil where no face is.
  public let faces: [TrackedFace?]

  public init(faces: [TrackedFace?]) { self.faces = faces }

  public var frameCount: Int { faces.count }

  /// The face on a frame; nil without one, and beyond the film.
  public subscript(_ frame: Int) -> TrackedFace? {
    faces.indices.contains(frame) ? faces[frame] : nil
  }

  public var framesWithFace: Int { faces.reduce(0) { $0 + ($1 == nil ? 0 : 1) } }

  /// Ranges of frames without a face, in order.
  public var rangesWithoutFace: [Range<Int>] { Self.ranges(faces.map { $0 == nil }) }

  /// Ranges of frames with a face, in order.
  public var rangesWithFace: [Range<Int>] { Self.ranges(faces.map { $0 != nil }) }

  /// The median side of the painter's crop in pixels, nil without a face.
  public var medianCropSide: Double? {
    let sides = faces.compactMap { $0?.cropSide }.sorted()
    return sides.isEmpty ? nil : sides[sides.count / 2]
  }

  private static func ranges(_ flags: [Bool]) -> [Range<Int>] {
    var result: [Range<Int>] = []
    for (index, flag) in flags.enumerated() where flag {
      if let last = result.last, last.upperBound == index {
        result[result.count - 1] = last.lowerBound..<(index + 1)
      } else {
        result.append(index..<(index + 1))
      }
    }
    return result
  }
}
