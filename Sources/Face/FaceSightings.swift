public import Imaging
public import MediaTypes

/// What MuseTalk's networks see of faces, frame after frame of a film: DWPose's points where S3FD sees a face.
///
/// S3FD may look at some frames only. A frame between two that show the same face has it too, and one between two without
/// a face has none; where the two differ S3FD looks at all frames between. The frames of a shot's ends are looked at.
public struct FaceSightings {
  /// How much of two boxes' area is in both of them, at least, where they are of one face.
  private static let sameFace = 0.5

  private let points: (BytePicture) throws -> FacePoints
  private let detect: (BytePicture) throws -> PixelBox?
  private let chroma: ChromaSampling
  private let interval: Int
  private var cuts = SceneCutDetector()
  private var shot = 0
  private var sightings: [FaceSighting] = []
  /// What S3FD saw in the last frame of `sightings`; nil where a shot begins.
  private var last: PixelBox??
  /// The frames after that.
  private var waiting: [Frame] = []

  /// Frames are read with `chroma`; S3FD looks at every `interval`th.
  public init(
    landmarks: WholeBodyLandmarkFinder, detector: S3FDFinder, chroma: ChromaSampling,
    interval: Int = 1
  ) {
    self.init(
      points: landmarks.points, detect: detector.face, chroma: chroma, interval: interval)
  }

  init(
    points: @escaping (BytePicture) throws -> FacePoints,
    detect: @escaping (BytePicture) throws -> PixelBox?, chroma: ChromaSampling, interval: Int
  ) {
    (self.points, self.detect, self.chroma) = (points, detect, chroma)
    self.interval = max(interval, 1)
  }

  /// Looks at the next frame, or keeps it until the next one that S3FD looks at; throws as the two finders do.
  public mutating func add(_ frame: Frame) throws {
    if cuts.isCut(frame) {
      try settle()
      shot += 1
      last = nil
    }
    waiting.append(frame)
    if last == nil || waiting.count == interval { try settle() }
  }

  /// What was seen, one entry a frame; throws as `add` does.
  public func finish() throws -> [FaceSighting] {
    var rest = self
    try rest.settle()
    return rest.sightings
  }

  private mutating func settle() throws {
    guard let newest = waiting.last.map(picture) else { return }
    let found = try detect(newest)
    for (place, frame) in waiting.dropLast().enumerated() {
      let share = Double(place + 1) / Double(waiting.count)
      let picture = picture(frame)
      let known = last.flatMap { Self.between($0, found, share) }
      try append(known ?? detect(picture), in: picture)
    }
    try append(found, in: newest)
    last = found
    waiting = []
  }

  private mutating func append(_ detected: PixelBox?, in picture: BytePicture) throws {
    let points = try detected.map { _ in try self.points(picture) }
    sightings.append(FaceSighting(points: points, detected: detected, shot: shot))
  }

  private func picture(_ frame: Frame) -> BytePicture {
    let whole = PixelBox(left: 0, top: 0, right: frame.width, bottom: frame.height)
    return frame.pixels(in: whole, chroma: chroma)
  }

  /// The box at `share` of the way between two frames, nil where it isn't known.
  private static func between(_ a: PixelBox?, _ b: PixelBox?, _ share: Double) -> PixelBox?? {
    guard let a, let b else { return a == nil && b == nil ? .some(nil) : nil }
    func area(_ box: PixelBox) -> Double { box.isEmpty ? 0 : Double(box.width * box.height) }
    let common = area(a.intersection(b))
    guard common >= sameFace * (area(a) + area(b) - common) else { return nil }
    func edge(_ path: KeyPath<PixelBox, Int>) -> Int {
      let (from, to) = (Double(a[keyPath: path]), Double(b[keyPath: path]))
      return Int((from + (to - from) * share).rounded())
    }
    return PixelBox(
      left: edge(\.left), top: edge(\.top), right: edge(\.right), bottom: edge(\.bottom))
  }
}
