public import Compute
import Foundation
public import Imaging

// After MuseTalk 0a89dec, musetalk/utils/face_detection/detection/sfd/detect.py and bbox.py.

/// Finds the surest face of a picture with S3FD.
///
/// Keeps the network compiled for the size of the last picture; one thread at a time.
public final class S3FDFinder {
  /// Less sure faces are none.
  private static let threshold: Float = 0.5
  /// Means of the channels, which upstream takes in the order of BGR though the picture is RGB.
  private static let means: [Float] = [104, 117, 123]

  private let network: S3FD
  private let device: any Device
  private let precision: Precision
  private var compiled: (shape: [Int], plan: any CompiledPlan)?

  /// `precision` is fp32 where scores and boxes are to be PyTorch's.
  public init(_ network: S3FD, device: any Device, precision: Precision = .fp32) {
    (self.network, self.device, self.precision) = (network, device, precision)
  }

  /// The surest face in an RGB picture, nil where none is.
  ///
  /// - Throws: `ComputeError`, `FaceError.notFinite`.
  public func face(in picture: BytePicture) throws -> Rectangle? {
    precondition(picture.channels == 3, "a picture in RGB")
    let (width, height) = (picture.width, picture.height)
    guard min(width, height) >= S3FD.minimumSize else { return nil }
    let plan = try plan(width: width, height: height)
    var image = HostTensor(shape: [1, 3, height, width])
    let count = width * height
    for channel in 0..<3 {
      for place in 0..<count {
        image.values[channel * count + place] =
          Float(picture.samples[3 * place + channel]) - Self.means[channel]
      }
    }
    var outputs = plan.signature.makeOutputs()
    try plan.run([image], into: &outputs)
    return try best(outputs)
  }

  private func plan(width: Int, height: Int) throws -> any CompiledPlan {
    let shape = [1, 3, height, width]
    if let compiled, compiled.shape == shape { return compiled.plan }
    compiled = nil
    let recorder = PlanRecorder(name: "s3fd")
    for (index, level) in network(recorder.input("image", shape)).enumerated() {
      recorder.output("scores\(index)", level.scores)
      recorder.output("boxes\(index)", level.boxes)
    }
    let plan = try device.compile(recorder.finish(), precision: precision)
    compiled = (shape, plan)
    return plan
  }

  /// The box of the highest score: overlapping ones need not be told apart for that.
  private func best(_ outputs: [HostTensor]) throws -> Rectangle? {
    var (score, box) = (Self.threshold, Rectangle?.none)
    for level in 0..<(outputs.count / 2) {
      let (scores, boxes) = (outputs[2 * level], outputs[2 * level + 1])
      let (rows, columns) = (scores.shape[2], scores.shape[3])
      let cells = rows * columns
      for cell in 0..<cells {
        let margin = scores.values[cells + cell] - scores.values[cell]
        guard margin.isFinite else { throw FaceError.notFinite }
        let probability = 1 / (1 + exp(-margin))
        guard probability > score else { continue }
        score = probability
        box = Self.box(
          (0..<4).map { boxes.values[$0 * cells + cell] }, stride: Float(4 << level),
          column: Float(cell % columns), row: Float(cell / columns))
      }
    }
    return box
  }

  /// The box that a cell tells by its shift against an anchor four cells wide, and the logarithm of its size against it.
  private static func box(
    _ location: [Float], stride: Float, column: Float, row: Float
  ) -> Rectangle {
    let anchor = 4 * stride
    let width = anchor * exp(location[2] * 0.2)
    let height = anchor * exp(location[3] * 0.2)
    let left = stride / 2 + column * stride + location[0] * 0.1 * anchor - width / 2
    let top = stride / 2 + row * stride + location[1] * 0.1 * anchor - height / 2
    return Rectangle(
      left: Double(left), top: Double(top), width: Double(width), height: Double(height))
  }
}
