import Face
import Imaging
import MediaTypes

/// Finds the box that MuseTalk repaints, frame by frame: DWPose's landmarks where S3FD sees a face.
struct MuseTalkFaceTracker: FaceTracking {
  /// The longer side of the picture that the detector looks at, where nothing asks for all of it.
  private static let detectorSide = 640

  let landmarks: WholeBodyLandmarkFinder
  let detector: S3FDFinder
  let settings: MuseTalkSettings
  private var boxes: [PixelBox?] = []

  init(landmarks: WholeBodyLandmarkFinder, detector: S3FDFinder, settings: MuseTalkSettings) {
    (self.landmarks, self.detector, self.settings) = (landmarks, detector, settings)
  }

  mutating func add(_ frame: Frame) throws {
    let whole = PixelBox(left: 0, top: 0, right: frame.width, bottom: frame.height)
    let picture = frame.pixels(in: whole, chroma: settings.chroma)
    guard let detected = try face(in: picture) else {
      boxes.append(nil)
      return
    }
    let points = try landmarks.landmarks(in: picture)
    boxes.append(settings.box(points, detected: detected, in: whole))
  }

  func finish() -> [PixelBox?] { boxes }

  static func faces(of track: [PixelBox?]) -> [PixelBox?] { track }

  private func face(in picture: BytePicture) throws -> Rectangle? {
    let longer = max(picture.width, picture.height)
    guard settings.compatibility == .mended, longer > Self.detectorSide else {
      return try detector.face(in: picture)
    }
    let scale = Double(longer) / Double(Self.detectorSide)
    func shrunk(_ side: Int) -> Int { max(S3FD.minimumSize, Int(Double(side) / scale)) }
    let small = try picture.resized(
      width: shrunk(picture.width), height: shrunk(picture.height), .pillowBilinear)
    let (across, down) = (
      Double(picture.width) / Double(small.width), Double(picture.height) / Double(small.height)
    )
    return try detector.face(in: small).map {
      Rectangle(
        left: $0.left * across, top: $0.top * down, width: $0.width * across,
        height: $0.height * down)
    }
  }
}
