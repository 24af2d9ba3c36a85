public import Imaging
public import MediaTypes

/// What MuseTalk's networks see of faces, frame after frame of a film: DWPose's points where S3FD sees a face.
public struct FaceSightings {
  public private(set) var sightings: [FaceSighting] = []
  private let landmarks: WholeBodyLandmarkFinder
  private let detector: S3FDFinder
  private let chroma: ChromaSampling
  private var cuts = SceneCutDetector()
  private var shot = 0

  /// Frames are read with `chroma`.
  public init(
    landmarks: WholeBodyLandmarkFinder, detector: S3FDFinder, chroma: ChromaSampling
  ) {
    (self.landmarks, self.detector, self.chroma) = (landmarks, detector, chroma)
  }

  /// Looks at the next frame; throws as the two finders do.
  public mutating func add(_ frame: Frame) throws {
    if cuts.isCut(frame) { shot += 1 }
    let whole = PixelBox(left: 0, top: 0, right: frame.width, bottom: frame.height)
    let picture = frame.pixels(in: whole, chroma: chroma)
    let detected = try detector.face(in: picture)
    let points = try detected.map { _ in try landmarks.points(in: picture) }
    sightings.append(FaceSighting(points: points, detected: detected, shot: shot))
  }
}
