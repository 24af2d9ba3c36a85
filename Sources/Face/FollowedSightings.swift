public import Imaging
public import MediaTypes

/// What DWPose sees of one person whose face is followed already, frame after frame of a film.
///
/// It looks at head and shoulders alone, so that nobody else is in the way.
public struct FollowedSightings {
  /// Sides of the face's square that are looked at, and by how many the middle is lowered.
  private static let (reach, lowering) = (4.0, 0.5)

  public private(set) var sightings: [FaceSighting] = []
  private let points: (BytePicture) throws -> FacePoints
  private let chroma: ChromaSampling
  private var cuts = SceneCutDetector()
  private var shot = 0

  /// Frames are read with `chroma`.
  public init(landmarks: WholeBodyLandmarkFinder, chroma: ChromaSampling) {
    self.init(points: landmarks.points, chroma: chroma)
  }

  init(points: @escaping (BytePicture) throws -> FacePoints, chroma: ChromaSampling) {
    (self.points, self.chroma) = (points, chroma)
  }

  /// Looks at the next frame, in which the person's face is at `face`, nil where it isn't seen.
  ///
  /// Throws as the finder of the landmarks does.
  public mutating func add(_ frame: Frame, face: TrackedFace?) throws {
    if cuts.isCut(frame) { shot += 1 }
    guard let square = face?.landmarks.square, let window = Self.window(square, in: frame) else {
      return sightings.append(FaceSighting(points: nil, detected: nil, shot: shot))
    }
    let found = try points(frame.pixels(in: window, chroma: chroma))
    let corner = Point(Double(window.left), Double(window.top))
    sightings.append(
      FaceSighting(
        points: FacePoints(points: found.points.map { $0 + corner }),
        detected: Self.box(square.box), shot: shot))
  }

  private static func window(_ square: FaceSquare, in frame: Frame) -> PixelBox? {
    let half = reach / 2 * square.side
    let (x, y) = (square.center.x, square.center.y + lowering * square.side)
    let window = box(Rectangle(left: x - half, top: y - half, width: 2 * half, height: 2 * half))
    let seen = window.intersection(
      PixelBox(left: 0, top: 0, right: frame.width, bottom: frame.height))
    return seen.isEmpty ? nil : seen
  }

  private static func box(_ rectangle: Rectangle) -> PixelBox {
    func whole(_ value: Double) -> Int { Int(min(max(value.rounded(), -1e6), 1e6)) }
    return PixelBox(
      left: whole(rectangle.left), top: whole(rectangle.top),
      right: whole(rectangle.left + rectangle.width),
      bottom: whole(rectangle.top + rectangle.height))
  }
}
