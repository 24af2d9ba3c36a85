public import Compute
public import Imaging

/// Names the part of a head that each pixel shows, with BiSeNet.
public struct FacePartFinder: Sendable {
  /// Height and width of the pictures that the network was trained on.
  public static let size = 512
  /// ImageNet's, for values from 0 to 1.
  private static let mean: [Float] = [0.485, 0.456, 0.406]
  private static let deviation: [Float] = [0.229, 0.224, 0.225]

  private let plan: any CompiledPlan

  /// Compiles `network`; throws `ComputeError`.
  public init(_ network: BiSeNet, device: any Device, precision: Precision) throws(ComputeError) {
    let recorder = PlanRecorder(name: "bisenet")
    recorder.output("logits", network(recorder.input("image", [1, 3, Self.size, Self.size])))
    plan = try device.compile(recorder.finish(), precision: precision)
  }

  /// The class of each pixel of an RGB picture of 512 x 512, row by row: 1 is skin, 10 the nose, 11 to 13 are the mouth.
  ///
  /// - Throws: `ComputeError`, `FaceError.notFinite`.
  public func parts(of picture: BytePicture) throws -> [UInt8] {
    precondition(
      picture.channels == 3 && picture.width == Self.size && picture.height == Self.size,
      "a picture of 512 x 512 in RGB")
    let count = Self.size * Self.size
    var image = HostTensor(shape: [1, 3, Self.size, Self.size])
    for channel in 0..<3 {
      for place in 0..<count {
        let value = Float(picture.samples[3 * place + channel]) / 255
        image.values[channel * count + place] =
          (value - Self.mean[channel]) / Self.deviation[channel]
      }
    }
    var outputs = plan.signature.makeOutputs()
    try plan.run([image], into: &outputs)
    return try Self.largest(outputs[0].values, pixels: count)
  }

  private static func largest(_ logits: [Float], pixels: Int) throws -> [UInt8] {
    var best = [Float](repeating: -.infinity, count: pixels)
    var parts = [UInt8](repeating: 0, count: pixels)
    for part in 0..<(logits.count / pixels) {
      for place in 0..<pixels {
        let logit = logits[part * pixels + place]
        guard logit.isFinite else { throw FaceError.notFinite }
        if logit > best[place] { (best[place], parts[place]) = (logit, UInt8(part)) }
      }
    }
    return parts
  }
}
