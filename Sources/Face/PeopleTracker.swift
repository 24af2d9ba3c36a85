public import MediaTypes

/// Follows all faces of a film: add every frame in order, then `finish`.
///
/// Each face is followed as long as there is no doubt who it is. Where faces cross or the film cuts a new piece begins, and the
/// pieces are put together by place and looks at the end. The same frames give the same people.
public struct PeopleTracker: Sendable {
  /// Overlap from which two faces are in each other's way, and from which they are one.
  private static let (contactOverlap, sameOverlap) = (0.05, 0.4)
  /// Looks further than this from what they were are somebody else's.
  private static let largestChange: Float = 0.25

  private let detector: any FaceDetecting
  private let finder: FaceFinder
  private let rate: Rational
  private let settings: FaceTracker.Settings
  private var cuts = SceneCutDetector()
  private var shots: [Int] = []
  private var active: [Tracklet] = []
  private var finished: [Tracklet] = []
  private var lastDetection = Int.min / 2

  /// `rate` is the film's frame rate.
  public init(
    detector: any FaceDetecting, landmarks: any LandmarkFinding, rate: Rational,
    settings: FaceTracker.Settings = .init()
  ) {
    self.detector = detector
    finder = FaceFinder(landmarks: landmarks, settings: settings)
    self.rate = rate
    self.settings = settings
  }

  /// Looks at the next frame.
  public mutating func add(_ frame: Frame) throws {
    let index = shots.count
    let isCut = cuts.isCut(frame)
    shots.append((shots.last ?? 0) + (isCut ? 1 : 0))
    if isCut { closeAll() }
    var found = try active.map { tracklet in
      tracklet.isTrusted ? try finder.face(following: tracklet.square, in: frame) : nil
    }
    dropDoubles(&found, in: frame)
    if isCut || isTimeToSearch(index, lost: found.contains { $0 == nil }) {
      lastDetection = index
      try search(frame, index: index, found: &found)
    }
    extend(with: found, in: frame, index: index)
  }

  /// Everybody who was seen, in order of appearance, from left to right.
  public func finish() -> People {
    let linker = PersonLinker(rate: rate, settings: settings, shots: shots)
    return linker.people(finished + active)
  }

  private func isTimeToSearch(_ index: Int, lost: Bool) -> Bool {
    if active.isEmpty || lost { return index - lastDetection >= (active.isEmpty ? 3 : 1) }
    return index - lastDetection >= settings.framesBetweenDetections / 2
  }

  private mutating func closeAll() {
    finished += active
    active = []
  }

  /// Where two were followed onto one face, it stays with whom it looks like.
  private func dropDoubles(_ found: inout [FaceFinder.Found?], in frame: Frame) {
    for one in found.indices {
      for other in found.indices.dropFirst(one + 1) {
        guard let a = found[one], let b = found[other],
          a.square.overlap(with: b.square) > Self.sameOverlap,
          let look = look(a, in: frame)
        else { continue }
        let isFirst = active[one].look.distance(to: look) <= active[other].look.distance(to: look)
        found[isFirst ? other : one] = nil
      }
    }
  }

  /// Puts detected faces in the place of lost ones, and takes up new ones.
  private mutating func search(
    _ frame: Frame, index: Int, found: inout [FaceFinder.Found?]
  ) throws {
    for detected in try detector.faces(in: frame) {
      func isNear(_ square: FaceSquare) -> Bool { detected.square.overlap(with: square) > 0.25 }
      if found.contains(where: { $0.map { isNear($0.square) } ?? false }) { continue }
      guard let face = try finder.face(detected, in: frame), let look = look(face, in: frame) else {
        continue
      }
      let lost = found.indices.first { place in
        found[place] == nil && isNear(active[place].square)
          && active[place].look.distance(to: look) < Self.largestChange
      }
      if let lost {
        found[lost] = face
      } else {
        active.append(
          Tracklet(face, look: look, frame: index, shot: shots[index], isInContact: false))
        found.append(nil)
      }
    }
  }

  /// Appends what was found; who is lost, changed, or meets or leaves another begins anew or ends.
  private mutating func extend(with found: [FaceFinder.Found?], in frame: Frame, index: Int) {
    var next: [Tracklet] = []
    for (place, tracklet) in active.enumerated() {
      guard let face = found[place], let look = look(face, in: frame) else {
        if tracklet.firstFrame == index { next.append(tracklet) } else { finished.append(tracklet) }
        continue
      }
      let isInContact = found.indices.contains { other in
        other != place
          && (found[other]?.square ?? active[other].square).overlap(with: face.square)
            > Self.contactOverlap
      }
      var tracklet = tracklet
      if isInContact == tracklet.isInContact,
        tracklet.look.distance(to: look) < Self.largestChange
      {
        tracklet.append(face, look: look)
        next.append(tracklet)
      } else {
        finished.append(tracklet)
        next.append(
          Tracklet(face, look: look, frame: index, shot: shots[index], isInContact: isInContact))
      }
    }
    active = next
  }

  private func look(_ found: FaceFinder.Found, in frame: Frame) -> FaceDescriptor? {
    found.landmarks.alignedCrop.map { FaceDescriptor(frame, crop: $0) }
  }
}
