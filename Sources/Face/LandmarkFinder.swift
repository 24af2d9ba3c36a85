public import Compute
import Foundation
import Imaging
public import MediaTypes

/// The landmark network, compiled and ready to look at pictures.
public struct LandmarkFinder: LandmarkFinding {
  private let plan: any CompiledPlan
  private let size: Int

  /// Compiles `network` for crops one at a time.
  /// - Throws: `ComputeError`.
  public init(
    _ network: LandmarkNetwork, device: any Device, precision: Precision = .fp32
  ) throws(ComputeError) {
    size = network.configuration.inputSize
    let recorder = PlanRecorder(name: "landmarks")
    let image = recorder.input("image", [1, 3, size, size])
    recorder.output("outputs", network(image))
    plan = try device.compile(recorder.finish(), precision: precision)
  }

  /// - Throws: `ComputeError`, `FaceError.notFinite`.
  public func landmarks(in frame: Frame, square: FaceSquare) throws -> LandmarkReading {
    let crop = square.landmarkCrop(size: size)
    let image = HostTensor(shape: [1, 3, size, size], values: frame.crop(crop, size: size))
    var outputs = plan.signature.makeOutputs()
    try plan.run([image], into: &outputs)
    let values = outputs[0].values
    guard values.allSatisfy(\.isFinite) else { throw FaceError.notFinite }
    let half = Double(size) / 2
    let points = (0..<Landmarks.count).map { index in
      crop(
        Point((Double(values[2 * index]) + 1) * half, (Double(values[2 * index + 1]) + 1) * half))
    }
    let presence = 1 / (1 + exp(-Double(values[2 * Landmarks.count])))
    return LandmarkReading(landmarks: Landmarks(points: points), presence: presence)
  }
}
