public import MediaTypes

/// Follows one face through a film: add every frame in order, then `finish`.
///
/// The detector looks at the first frame, then now and then, and whenever the face is lost; between,
/// the landmark network follows it from frame to frame. The largest face is taken; it keeps its place as
/// long as it is seen, and for a second after. A cut starts afresh. The same frames give the same track.
public struct FaceTracker: Sendable {
  private let detector: any FaceDetecting
  private let finder: FaceFinder
  private let rate: Rational
  private let settings: Settings
  private var cuts = SceneCutDetector()
  private var samples: [TrackSample] = []
  private var shot = 0
  private var current: FaceFinder.Found?
  private var lastSeen: (square: FaceSquare, index: Int)?
  private var lastDetection = 0
  /// Frames passed over while no face was in sight, for following a new face back.
  private var passedOver: [(index: Int, frame: Frame)] = []

  /// `rate` is the film's frame rate.
  public init(
    detector: any FaceDetecting, landmarks: any LandmarkFinding, rate: Rational,
    settings: Settings = Settings()
  ) {
    self.detector = detector
    self.finder = FaceFinder(landmarks: landmarks, settings: settings)
    self.rate = rate
    self.settings = settings
  }

  /// The face of a single picture, as a track of one frame.
  public static func track(
    still frame: Frame, detector: any FaceDetecting, landmarks: any LandmarkFinding,
    settings: Settings = Settings()
  ) throws -> FaceTrack {
    var settings = settings
    settings.readsStillPictures = true
    var tracker = FaceTracker(
      detector: detector, landmarks: landmarks, rate: Rational(25), settings: settings)
    try tracker.add(frame)
    return tracker.finish()
  }

  /// Looks at the next frame.
  public mutating func add(_ frame: Frame) throws {
    let index = samples.count
    if cuts.isCut(frame) { startShot() }
    samples.append(TrackSample(landmarks: nil, shot: shot))
    var found = try followed(in: frame, index: index)
    if found == nil, isTimeToSearch(index) {
      found = try searched(in: frame, index: index)
    } else if found == nil {
      passedOver.append((index, frame))
    }
    guard let found else {
      current = nil
      return
    }
    note(found, at: index)
    current = found
    lastSeen = (found.square, index)
    try followBack(from: found)
  }

  /// The smoothed track of all frames added.
  public func finish() -> FaceTrack {
    TrackSmoother(rate: rate, settings: settings).track(samples)
  }

  private mutating func startShot() {
    shot += 1
    current = nil
    lastSeen = nil
    passedOver = []
  }

  private mutating func note(_ found: FaceFinder.Found, at index: Int) {
    samples[index] = TrackSample(landmarks: found.landmarks, shot: shot)
  }

  /// Follows the face of the frame before, with a look of the detector now and then.
  private mutating func followed(in frame: Frame, index: Int) throws -> FaceFinder.Found? {
    guard let current else { return nil }
    let isDue = index - lastDetection >= settings.framesBetweenDetections
    let tracked =
      current.isTrusted ? try finder.face(following: current.square, in: frame) : nil
    if let tracked, !isDue { return tracked }
    lastDetection = index
    let near = try detector.faces(in: frame, around: current.square)
      .filter { $0.square.overlap(with: current.square) > 0.2 }
      .max { $0.square.overlap(with: current.square) < $1.square.overlap(with: current.square) }
    guard let near else { return tracked }
    guard let tracked else { return try finder.face(near, in: frame) }
    // Drift: the network's face no longer lies where the detector sees one.
    guard tracked.square.overlap(with: near.square) < 0.45 else { return tracked }
    return try finder.face(near, in: frame) ?? tracked
  }

  /// Every frame for the first second without a face, then every third.
  private func isTimeToSearch(_ index: Int) -> Bool {
    let last = lastSeen?.index ?? samples.prefix(index).lastIndex { $0.landmarks != nil } ?? -1
    let second = Int(rate.value.rounded(.up))
    return index - last <= second || (index - last) % 3 == 0
  }

  private mutating func searched(in frame: Frame, index: Int) throws -> FaceFinder.Found? {
    lastDetection = index
    var faces = try detector.faces(in: frame).sorted { $0.square.side > $1.square.side }
    if let (square, seen) = lastSeen {
      let known = faces.filter { $0.square.overlap(with: square) > 0.1 }
      if Double(index - seen) <= settings.waitSeconds * rate.value {
        faces = known
      } else if known.isEmpty, !faces.isEmpty {
        // Another face after a long wait: nothing is interpolated or smoothed between the two.
        startShot()
      }
    }
    for face in faces.prefix(3) {
      if let found = try finder.face(face, in: frame) { return found }
    }
    return nil
  }

  /// A new face was there in the frames passed over, too, if the network can follow it back.
  private mutating func followBack(from found: FaceFinder.Found) throws {
    var square = found.square
    for (index, frame) in passedOver.suffix(2).reversed() where found.isTrusted {
      guard let earlier = try finder.face(following: square, in: frame) else { break }
      note(earlier, at: index)
      square = earlier.square
    }
    passedOver = []
  }
}
