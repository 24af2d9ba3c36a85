public import Compute
public import Imaging

/// Says how likely each pixel of a head belongs to which of its parts, with BiSeNet.
public struct FaceParser: Sendable {
  private let plan: any CompiledPlan

  /// Compiles `network`.
  ///
  /// - Throws: `FaceError.configuration` for a network of other classes, `ComputeError`.
  public init(
    _ network: BiSeNet, classes: Int, device: any Device, precision: Precision
  ) throws {
    guard classes == FaceParsing.classCount else {
      throw FaceError.configuration(
        reason: "the parser knows \(classes) parts of a head, not \(FaceParsing.classCount)")
    }
    let size = FaceParsing.size
    let recorder = PlanRecorder(name: "bisenet")
    recorder.output("logits", network(recorder.input("image", [1, 3, size, size])))
    plan = try device.compile(recorder.finish(), precision: precision)
  }

  /// The logits [1, 19, 512, 512] for an RGB square.
  ///
  /// - Throws: `ComputeError`, `FaceError.notFinite`, `ImagingError.outOfMemory`.
  public func logits(of square: BytePicture) throws -> HostTensor {
    var outputs = plan.signature.makeOutputs()
    try plan.run([FaceParsing.input(square)], into: &outputs)
    guard outputs[0].values.allSatisfy(\.isFinite) else { throw FaceError.notFinite }
    return outputs[0]
  }
}
