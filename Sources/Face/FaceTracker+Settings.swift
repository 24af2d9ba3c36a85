extension FaceTracker {
  /// Thresholds of tracking; the defaults serve video of people.
  public struct Settings: Hashable, Sendable {
    /// Presence above which the network's word counts.
    public var leastPresence = 0.5
    /// Trust above which a face is followed without asking the detector.
    public var leastTrust = 0.35
    /// Detector's score from which a face counts without the network.
    public var sureScore = 0.5
    /// Smaller faces are left alone, in pixels.
    public var smallestFaceSide = 24.0
    /// Whether every reading of a detected face is averaged over nine crops: for pictures, whose one
    /// reading cannot be smoothed over time.
    public var readsStillPictures = false
    /// Frames between two looks of the detector at a face that is being followed.
    public var framesBetweenDetections = 25
    /// Gaps up to this long are interpolated.
    public var longestGapSeconds = 0.3
    /// How long a lost face is waited for before another one may take its place.
    public var waitSeconds = 1.0
    /// Deviation of the weights with which moving faces are smoothed.
    public var quickSmoothingSeconds = 0.06
    /// Deviation of the weights with which resting faces are smoothed.
    public var slowSmoothingSeconds = 0.2
    /// How long the effect takes to fade where a face appears or vanishes within a shot.
    public var fadeSeconds = 0.12

    public init() {}
  }
}
