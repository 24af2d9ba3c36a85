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
      "image", [1, 3, configuration.imageHeight, configuration.imageWidth])
    let scores = network(image)
    recorder.output("x", scores.x)
    recorder.output("y", scores.y)
    plan = try device.compile(recorder.finish(), precision: .fp32)
  }

  /// The points in an RGB picture, which may lie outside of it; where no person is, they mean nothing.
  ///
  /// - Throws: `ComputeError`, `FaceError.notFinite`.
  public func points(in picture: BytePicture) throws -> FacePoints {
    let window = PoseWindow(around: picture.bounds, configuration: configuration)
    let straight = try logits(window.input(picture))
    let flipped = try logits(window.input(picture, isFlipped: true))
    let averaged = PoseWindow.averaged(straight, flipped: flipped)
    let keypoints = window.keypoints(x: averaged.x, y: averaged.y, refines: refines)
    return FacePoints(wholeBody: keypoints.map(\.point))
  }

  private func logits(_ image: HostTensor) throws -> (x: HostTensor, y: HostTensor) {
    var outputs = plan.signature.makeOutputs()
    try plan.run([image], into: &outputs)
    guard outputs.allSatisfy({ $0.values.allSatisfy(\.isFinite) }) else {
      throw FaceError.notFinite
    }
    return (outputs[0], outputs[1])
  }
}
