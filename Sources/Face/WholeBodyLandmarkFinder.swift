public import Compute
public import Imaging

// After mmpose 1.1.0, models/heads/coord_cls_heads/rtmcc_head.py and codecs/simcc_label.py.

/// Finds the 68 points of the face (in the order of the iBUG 300-W data set) with DWPose's network.
///
/// It looks at the whole picture, once as it is and once mirrored, as the network was tested.
public struct WholeBodyLandmarkFinder: Sendable {
  /// Points of a face.
  public static let count = 68
  /// Where they lie among the network's keypoints.
  private static let keypoints = 23..<91
  /// For each point the one that takes its place in a mirror.
  static let mirrored: [Int] =
    Array((0...16).reversed()) + Array((17...26).reversed()) + Array(27...30)
    + Array((31...35).reversed()) + [45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40]
    + Array((48...54).reversed()) + Array((55...59).reversed()) + Array((60...64).reversed())
    + [67, 66, 65]

  private let plan: any CompiledPlan
  private let configuration: RTMPose.Configuration

  /// Compiles `network`, which is meant for fp32.
  ///
  /// - Throws: `FaceError.configuration` for a network of other keypoints, `ComputeError`.
  public init(_ network: RTMPose, device: any Device, precision: Precision = .fp32) throws {
    configuration = network.configuration
    guard configuration.keypoints >= Self.keypoints.upperBound else {
      throw FaceError.configuration(reason: "it finds \(configuration.keypoints) points, not 133")
    }
    let recorder = PlanRecorder(name: "dwpose")
    let image = recorder.input(
      "image", [2, 3, configuration.imageHeight, configuration.imageWidth])
    let scores = network(image)
    recorder.output("x", scores.x.slice(axis: 1, Self.keypoints))
    recorder.output("y", scores.y.slice(axis: 1, Self.keypoints))
    plan = try device.compile(recorder.finish(), precision: precision)
  }

  /// The points in an RGB picture, which may lie outside of it; where no person is, they mean nothing.
  ///
  /// - Throws: `ComputeError`, `FaceError.notFinite`.
  public func landmarks(in picture: BytePicture) throws -> [Point] {
    precondition(picture.channels == 3, "a picture in RGB")
    let crop = WholeBodyCrop(
      pictureWidth: picture.width, pictureHeight: picture.height, width: configuration.imageWidth,
      height: configuration.imageHeight)
    let input = crop.input(of: picture)
    let image = HostTensor(
      shape: plan.signature.inputs[0].shape, values: input + crop.mirrored(input))
    var outputs = plan.signature.makeOutputs()
    try plan.run([image], into: &outputs)
    guard outputs.allSatisfy({ $0.values.allSatisfy(\.isFinite) }) else {
      throw FaceError.notFinite
    }
    return (0..<Self.count).map { point in
      let x = best(outputs[0], point, isMirroredAlong: true)
      let y = best(outputs[1], point, isMirroredAlong: false)
      // As upstream has it: scores that are not positive put the point before the first half pixel.
      let isFound = min(x.score, y.score) > 0
      return crop.toPicture(
        isFound ? Point(Double(x.bin) / 2, Double(y.bin) / 2) : Point(-0.5, -0.5))
    }
  }

  /// The half pixel with the largest mean of both looks' scores.
  private func best(
    _ scores: HostTensor, _ point: Int, isMirroredAlong: Bool
  ) -> (bin: Int, score: Float) {
    let bins = scores.shape[2]
    let straight = point * bins
    let mirror = (Self.count + Self.mirrored[point]) * bins
    var result = (bin: 0, score: -Float.infinity)
    for bin in 0..<bins {
      let other = isMirroredAlong ? bins - 1 - bin : bin
      let score = (scores.values[straight + bin] + scores.values[mirror + other]) * 0.5
      if score > result.score { result = (bin, score) }
    }
    return result
  }
}
