import Imaging

/// One face followed without a doubt: from its detection to where it is lost, meets another, or the film cuts.
struct Tracklet: Sendable {
  let shot: Int
  let firstFrame: Int
  /// One entry a frame from `firstFrame` on.
  private(set) var landmarks: [Landmarks] = []
  private(set) var square: FaceSquare
  /// The mean look so far.
  private(set) var look: FaceDescriptor
  /// Whether it overlaps another face, so that its look is not to be trusted much.
  let isInContact: Bool
  /// Whether the landmark network can follow it.
  private(set) var isTrusted: Bool

  init(
    _ found: FaceFinder.Found, look: FaceDescriptor, frame: Int, shot: Int, isInContact: Bool
  ) {
    (self.shot, firstFrame, self.isInContact) = (shot, frame, isInContact)
    (square, isTrusted, self.look) = (found.square, found.isTrusted, look)
    landmarks = [found.landmarks]
  }

  var frames: Range<Int> { firstFrame..<(firstFrame + landmarks.count) }

  mutating func append(_ found: FaceFinder.Found, look now: FaceDescriptor) {
    landmarks.append(found.landmarks)
    (square, isTrusted) = (found.square, found.isTrusted)
    look.blend(towards: now, by: max(1 / Float(landmarks.count), 0.02))
  }
}
