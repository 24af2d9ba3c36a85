import Face
import Media

/// What is in a clip: printed as one JSON object with these keys.
public struct InspectReport: Codable, Sendable, Equatable {
  /// Frames `first` to `last`, both with it, and their times in seconds.
  public struct Range: Codable, Sendable, Equatable {
    public var first: Int
    public var last: Int
    public var start: Double
    public var end: Double
  }

  /// One person.
  public struct Person: Codable, Sendable, Equatable {
    /// As `--face` takes it.
    public var number: Int
    public var framesWithFace: Int
    /// The median side of the painter's square crop in pixels.
    public var cropSide: Double
    public var ranges: [Range]
    /// Whether `--face` chose this one.
    public var isChosen: Bool

    enum CodingKeys: String, CodingKey {
      case number, ranges
      case framesWithFace = "frames_with_face"
      case cropSide = "crop_side"
      case isChosen = "chosen"
    }
  }

  public var clip: String
  public var kind: String
  public var width: Int
  public var height: Int
  /// Exact, as "25" or "30000/1001"; nil for a picture.
  public var fps: String?
  public var frames: Int
  public var duration: Double
  public var framesWithFace: Int
  public var rangesWithoutFace: [Range]
  public var faces: [Person]
  /// The least and the most that `--box-shift` should be, by the frames of a MuseTalk sheet; absent without one or without a face.
  public var boxShiftRange: [Int]?
  /// The sheet that was drawn.
  public var sheet: String?
  public var warnings: [String]

  enum CodingKeys: String, CodingKey {
    case clip, kind, width, height, fps, frames, duration, faces, sheet, warnings
    case framesWithFace = "frames_with_face"
    case boxShiftRange = "box_shift_range"
    case rangesWithoutFace = "ranges_without_face"
  }
}

extension InspectReport.Range {
  init(_ frames: Swift.Range<Int>, times: PresentationTimes) {
    func seconds(_ index: Int) -> Double { (times.seconds(index) * 1000).rounded() / 1000 }
    (first, last) = (frames.lowerBound, frames.upperBound - 1)
    (start, end) = (seconds(first), seconds(last))
  }
}
