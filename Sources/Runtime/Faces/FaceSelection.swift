import Face
import Media

/// Which face `--face` names.
public enum FaceSelection: Hashable, Sendable {
  case largest, left, right
  /// From 1, in order of appearance, those who appear together from left to right.
  case number(Int)
  /// A picture of the person.
  case picture(String)

  /// What may be written for a face besides the path of a picture.
  public static let names = ["largest", "left", "right"] + (1...9).map(String.init)

  /// Reads a name, a number or a path; `./3` is a picture of that name.
  public init(_ text: String) {
    self =
      switch text {
      case "largest": .largest
      case "left": .left
      case "right": .right
      default: Int(text).map(FaceSelection.number) ?? .picture(text)
      }
  }

  /// As it is written on the command line.
  var text: String {
    switch self {
    case .largest: "largest"
    case .left: "left"
    case .right: "right"
    case .number(let number): "\(number)"
    case .picture(let path): path
    }
  }

  /// Tells one choice from another, and one version of a picture from the next.
  func identity() throws -> String {
    if case .picture(let path) = self { return "picture \(try FileIdentity.describe(path))" }
    return text
  }

  /// The choice as trackers take it; a picture is looked at with `landmarks`.
  ///
  /// - Throws: 65 and 66 for a picture without a face, or that can't be read.
  func choice(landmarks: LandmarkFinder) throws -> FaceChoice {
    switch self {
    case .largest: .largest
    case .left: .left
    case .right: .right
    case .number(let number): .number(number)
    case .picture(let path): .looks(try Self.look(path, landmarks))
    }
  }

  private static func look(_ path: String, _ landmarks: LandmarkFinder) throws -> FaceDescriptor {
    var first: FaceDescriptor?
    let source = try openPictureSource(path)
    _ = try source.scan { index, frame in
      guard index == 0 else { return }
      let track = try FaceTracker.track(
        still: frame, detector: FrontalFaceDetector(), landmarks: landmarks)
      first = track[0].map { FaceDescriptor(frame, face: $0) }
    }
    guard let first else {
      throw RuntimeError.badInput(
        "face \(path): no face was found in it: give a picture of the person's face from the front")
    }
    return first
  }
}
