public import Compute
public import Imaging

/// Finds the 68 points of a face with DWPose's network, as MuseTalk does.
///
/// It looks at the whole picture, once as it is and once mirrored, as the network was tested.
public struct WholeBodyLandmarkFinder: Sendable {
  private let plan: any CompiledPlan
  private let configuration: RTMPose.Configuration
  private let refines: Bool

  /// Compiles `network`, which is meant for fp32.
  ///
  /// With `refines`, points lie between the network's half pixels too. Throws `FaceError.configuration` for a network of
  /// other points, and `ComputeError`.
  public init(_ network: RTMPose, refines: Bool, device: any Device) throws {
    configuration = network.configuration
    self.refines = refines
    guard configuration.keypoints == FacePoints.wholeBodyCount else {
      throw FaceError.configuration(
        reason: "it finds \(configuration.keypoints) points, not \(FacePoints.wholeBodyCount)")
    }
    let recorder = PlanRecorder(name: "dwpose")
    let image = recorder.input(
      "image", [2, 3, configuration.imageHeight, configuration.imageWidth])
    let scores = network(image)
    recorder.output("x", scores.x)
    recorder.output("y", scores.y)
    plan = try device.compile(recorder.finish(), precision: .fp32)
  }

  /// The points in an RGB picture, which may lie outside of it; where no person is, they mean nothing.
  ///
  /// - Throws: `ComputeError`, `FaceError.notFinite`.
  public func points(in picture: BytePicture) throws -> FacePoints {
    FacePoints(wholeBody: try keypoints(in: picture, around: picture.bounds).map(\.point))
  }

  /// The pose of one person in an RGB picture, nil where none is seen.
  ///
  /// It is the one who was at `previous` in the frame before; else whom a look at the whole picture leads to; where that is nobody
  /// or someone far away, the largest below one of `faces`, which are only looked for then (`PersonSearch`).
  ///
  /// - Throws: `ComputeError`, `FaceError.notFinite`.
  public func pose(
    in picture: BytePicture, after previous: WholeBodyPose? = nil, searchesParts: Bool = true,
    faces: () throws -> [FaceSquare] = { [] }
  ) throws -> WholeBodyPose? {
    try PersonSearch(bounds: picture.bounds) { box in
      WholeBodyPose(wholeBody: try keypoints(in: picture, around: box))
    }.person(after: previous, searchesParts: searchesParts, faces: faces)
  }

  /// The 133 points of the person in `box`, in the picture.
  private func keypoints(in picture: BytePicture, around box: PixelBox) throws -> [Keypoint] {
    let window = PoseWindow(around: box, configuration: configuration)
    var image = window.input(picture)
    image.values += window.input(picture, isFlipped: true).values
    image.shape[0] = 2
    let (straight, flipped) = try logits(image)
    let averaged = PoseWindow.averaged(straight, flipped: flipped)
    return window.keypoints(x: averaged.x, y: averaged.y, refines: refines)
  }

  private typealias Logits = (x: HostTensor, y: HostTensor)

  /// Those of the two pictures of `images`, which go through the network together: its weights are read once.
  private func logits(_ images: HostTensor) throws -> (Logits, Logits) {
    var outputs = plan.signature.makeOutputs()
    try plan.run([images], into: &outputs)
    guard outputs.allSatisfy({ $0.values.allSatisfy(\.isFinite) }) else {
      throw FaceError.notFinite
    }
    func half(_ tensor: HostTensor, _ index: Int) -> HostTensor {
      let count = tensor.values.count / 2
      return HostTensor(
        shape: [1] + tensor.shape.dropFirst(),
        values: Array(tensor.values[(index * count)..<((index + 1) * count)]))
    }
    let halves = (0..<2).map { (half(outputs[0], $0), half(outputs[1], $0)) }
    return (halves[0], halves[1])
  }
}
