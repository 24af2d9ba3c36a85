public import Imaging
public import MediaTypes

/// Whether MuseTalk's steps give what its own program gives, or what it should have given.
public enum MuseTalkCompatibility: String, Hashable, Sendable, CaseIterable, Codable {
  /// As upstream to the bit, faults included.
  case upstream
  /// Boxes steadied over time, faces at the picture's edge continued instead of cut, masks that spare what is in front of
  /// the mouth, and no painting in profile views.
  case mended
}

/// What was seen on one frame.
public struct FaceSighting: Hashable, Sendable, Codable {
  /// From the pose network; nil where it was not asked.
  public var points: FacePoints?
  /// The face detector's box; nil where it saw none.
  public var detected: PixelBox?
  /// Sightings of different shots have nothing to do with each other.
  public var shot: Int

  public init(points: FacePoints?, detected: PixelBox?, shot: Int = 0) {
    self.points = points
    self.detected = detected
    self.shot = shot
  }
}

/// Where to paint on one frame, and how strongly.
public struct PlacedFace: Hashable, Sendable, Codable {
  public var box: PixelBox
  /// In [0, 1]: less towards a profile.
  public var strength: Double

  public init(box: PixelBox, strength: Double) {
    self.box = box
    self.strength = strength
  }
}

/// The box that MuseTalk paints, from points of the face.
///
/// It spans the points from left to right, ends at the lowest one, and has the third point of the nose's bridge in the
/// middle of its height, where the half that the network repaints begins.
public struct MuseTalkGeometry: Hashable, Sendable, Codable {
  /// Which of the published models the box is for.
  public enum Version: String, Hashable, Sendable, CaseIterable, Codable {
    case v1_0 = "1.0"
    case v1_5 = "1.5"
  }

  /// Side of the crop that the network repaints.
  public static let cropSize = 256
  /// Margins below the chin that upstream's page offers.
  public static let extraMargins = 0...40

  public var version: Version
  /// How many pixels to lower the middle of the box: above 0 the mouth opens further, below less.
  ///
  /// `boxShiftRange` tells what makes sense for a clip. Upstream's command line takes it with 1.0 only.
  public var boxShift: Int
  /// Pixels of the frame to add below the chin, in `extraMargins`; 1.0 knows none.
  public var extraMargin: Int
  public var compatibility: MuseTalkCompatibility

  public init(
    version: Version, boxShift: Int = 0, extraMargin: Int = 10,
    compatibility: MuseTalkCompatibility = .mended
  ) {
    self.version = version
    self.boxShift = boxShift
    self.extraMargin = extraMargin
    self.compatibility = compatibility
  }

  /// The box on a frame of the given size; nil where the detector saw no face, and where nothing of it is in the picture.
  ///
  /// Where the points span no box, it is the detector's.
  public func box(
    points: FacePoints, detected: PixelBox?, width: Int, height: Int
  ) -> PixelBox? {
    guard let detected else { return nil }
    let edges = edges(of: points, detected: detected)
    return box(edges.map { Int($0.rounded()) }, width: width, height: height)
  }

  /// The boxes of a film, one a frame, and how strongly to paint in them.
  ///
  /// Upstream's are each frame's own. Mended ones are smoothed within a shot, and short gaps are filled.
  public func faces(
    _ sightings: [FaceSighting], rate: Rational, width: Int, height: Int
  ) -> [PlacedFace?] {
    guard compatibility == .mended else {
      return sightings.map { sighting in
        guard let points = sighting.points else { return nil }
        return box(points: points, detected: sighting.detected, width: width, height: height)
          .map { PlacedFace(box: $0, strength: 1) }
      }
    }
    let samples = sightings.map { sighting in
      guard let points = sighting.points, let detected = sighting.detected else {
        return BoxSample(values: nil, shot: sighting.shot)
      }
      let strength = 1 - smoothstep(0.8, 1.1, points.sidewaysTurn)
      return BoxSample(
        values: edges(of: points, detected: detected) + [strength], shot: sighting.shot)
    }
    return BoxSmoother(rate: rate).smoothed(samples).map { values in
      guard let values else { return nil }
      let edges = values.prefix(4).map { Int($0) }
      return box(edges, width: width, height: height)
        .map { PlacedFace(box: $0, strength: min(max(values[4], 0), 1)) }
    }
  }

  /// How many frames after it decide about a frame of a film at `rate`.
  public func lookahead(rate: Rational) -> Int {
    guard compatibility == .mended else { return 0 }
    return BoxSmoother(rate: rate).lookahead + detectorInterval(rate: rate) - 1
  }

  /// Frames from one that the detector looks at to the next one in a film at `rate`.
  ///
  /// Mended they are a fifth of a second apart, less than the gaps over which boxes are interpolated anyway. Upstream's
  /// detector looks at all.
  public func detectorInterval(rate: Rational) -> Int {
    compatibility == .upstream ? 1 : max(1, Int((0.2 * rate.value).rounded(.down)))
  }

  /// Left, top, right and bottom before the margin.
  private func edges(of seen: FacePoints, detected: PixelBox) -> [Double] {
    let isUpstream = compatibility == .upstream
    var points = (isUpstream ? seen.truncated : seen).points
    points[29].y += Double(boxShift)
    let (xs, ys) = (points.map(\.x), points.map(\.y))
    let (left, right, bottom) = (xs.min() ?? 0, xs.max() ?? 0, ys.max() ?? 0)
    let top = 2 * points[29].y - bottom
    let fallback = [detected.left, detected.top, detected.right, detected.bottom].map(Double.init)
    guard [left, right, top, bottom].allSatisfy({ abs($0) < 1e6 }) else { return fallback }
    let upper = isUpstream ? max(0, top) : top
    guard bottom - upper >= 1, right - left >= 1 else { return fallback }
    if isUpstream { return left < 0 ? fallback : [left, upper, right, bottom] }
    // Points and box of two different people.
    let isElsewhere =
      min(right, fallback[2]) <= max(left, fallback[0])
      || min(bottom, fallback[3]) <= max(upper, fallback[1])
    return isElsewhere ? fallback : [left, upper, right, bottom]
  }

  private func box(_ edges: [Int], width: Int, height: Int) -> PixelBox? {
    var box = PixelBox(left: edges[0], top: edges[1], right: edges[2], bottom: edges[3])
    if version == .v1_5 {
      box.bottom += extraMargin
      if compatibility == .upstream { box.bottom = min(box.bottom, height) }
    }
    let picture = PixelBox(left: 0, top: 0, right: width, bottom: height)
    guard !box.intersection(picture).isEmpty else { return nil }
    // Detectors may give any numbers; what lies further out is of no use.
    return box.intersection(
      PixelBox(left: -width, top: -height, right: 2 * width, bottom: 2 * height))
  }
}

extension MuseTalkGeometry {
  /// How far the box may be shifted on a clip, in pixels, as upstream reports it.
  public struct BoxShiftRange: Hashable, Sendable, CustomStringConvertible {
    /// Up to the point of the nose's bridge below the middle, counted downwards from it.
    public let lowest: Int
    /// Up to the point above it.
    public let highest: Int

    public var description: String { "\(lowest)...\(highest)" }
  }

  /// The mean ways from the middle point of the nose's bridge to its neighbours; nil where no frame has a face.
  public static func boxShiftRange(_ sightings: [FaceSighting]) -> BoxShiftRange? {
    let seen = sightings.compactMap { $0.detected == nil ? nil : $0.points?.truncated }
    guard !seen.isEmpty else { return nil }
    func mean(_ way: (FacePoints) -> Double) -> Int {
      Int(seen.map(way).reduce(0, +) / Double(seen.count))
    }
    return BoxShiftRange(
      lowest: -mean { $0[30].y - $0[29].y }, highest: mean { $0[29].y - $0[28].y })
  }
}
