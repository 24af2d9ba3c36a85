import Compute
import Face
import Imaging
import Media
import MediaTypes

/// Makes what ControlNets look at of other pictures, at one size.
final class ControlMaker {
  /// Pixels of what is made.
  let width: Int
  let height: Int
  private let parts: Set<WholeBodyPose.Part>
  private let device: any Device
  private let network: PoseNetwork?
  private var finder: WholeBodyLandmarkFinder?
  private var faceDetector: FrontalFaceDetector?

  /// - Throws: what finding DWPose throws, where poses are asked for.
  init(_ options: ControlOptions, pictures: LatentPictures) throws {
    (width, height, device) = (pictures.width, pictures.height, pictures.device)
    parts = options.poseParts
    network = options.needsPoses ? try PoseNetwork(options.poseNetwork) : nil
  }

  /// What should be known about the weights that were read so far; one line each.
  var warnings: [String] { network?.warnings ?? [] }

  /// What a ControlNet of this kind looks at, made of `photo`, which is called `name` in messages.
  ///
  /// - Throws: `RuntimeError`, 65, where a pose is asked for and nobody is seen.
  func control(_ kind: ControlKind, of photo: RGBPicture, name: String) throws -> RGBPicture {
    switch kind {
    case .pose:
      guard let pose = try pose(in: photo) else { throw Self.nobody(in: name) }
      return drawing(pose)
    case .canny:
      return RGBPicture(try CannyEdges.drawing(photo.fitted(width: width, height: height).bytes))
    default: return try photo.fitted(width: width, height: height)
    }
  }

  static func nobody(in name: String) -> RuntimeError {
    .badInput(
      "\(name): no person is seen, whose pose --control pose asks for: show one, or give a drawn pose "
        + "with --control map=...")
  }

  /// The pose of the person in `photo` as it lies in the picture that is made; nil where nobody is seen.
  ///
  /// `previous` is that of the frame before, in which the same person is meant.
  /// With `searchesParts` small people are looked for too, which takes long where nobody is.
  func pose(
    in photo: RGBPicture, after previous: WholeBodyPose? = nil, searchesParts: Bool = true
  ) throws -> WholeBodyPose? {
    let finder = try finder ?? network?.finder(device: device)
    self.finder = finder
    let fitting = photo.fitting(width: width, height: height)
    return try finder?.pose(
      in: photo.bytes, after: previous?.moved(fitting.inverse), searchesParts: searchesParts
    ) {
      let detector = try faceDetector ?? FrontalFaceDetector()
      faceDetector = detector
      return try detector.faces(in: photo.frame()).map(\.square)
    }?.moved(fitting)
  }

  /// A drawn pose; black of nobody.
  func drawing(_ pose: WholeBodyPose?) -> RGBPicture {
    let nobody = BytePicture(width: width, height: height, channels: 3)
    return RGBPicture(pose?.drawing(width: width, height: height, parts: parts) ?? nobody)
  }

  /// Lets the network go.
  func release() { finder = nil }
}
