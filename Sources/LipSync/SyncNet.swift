public import Compute
import Layers
public import Weights

// After joonson/syncnet_python 6efbb1c, SyncNetModel.py; Chung and Zisserman 2016, "Out of time".

/// One half of SyncNet: a fifth of a second of a mouth, or the sound under it, to a point in space.
///
/// The nearer both points are, the better the lips fit the sound: LSE-C and LSE-D are made of such distances.
public struct SyncNet: Sendable {
  /// Which half; the raw value is in the names of its tensors.
  public enum Half: String, Sendable {
    /// MFCCs [N, 1, 13, 20]: 13 coefficients of 20 steps of 10 ms.
    case sound = "aud"
    /// Pictures [N, 3, 5, 224, 224]: BGR from 0 to 255, five frames at 25 a second.
    case pictures = "lip"

    /// The shape of one input.
    public var inputShape: [Int] { self == .sound ? [1, 13, 20] : [3, 5, 224, 224] }

    /// Tensors of the published file that are the other half's, or the normalisations' counters.
    public var ignoredKeys: [String] {
      let other = self == .sound ? "lip" : "aud"
      return ["netcnn\(other).*", "netfc\(other).*", "*.num_batches_tracked"]
    }

    /// Published channels, kernel, stride and padding of the convolutions.
    fileprivate var layers: [(channels: Int, kernel: [Int], stride: Int, padding: Int)] {
      self == .sound
        ? [
          (64, [3, 3], 1, 1), (192, [3, 3], 1, 1), (384, [3, 3], 1, 1), (256, [3, 3], 1, 1),
          (256, [3, 3], 1, 1), (512, [5, 4], 1, 0),
        ]
        : [
          (96, [7, 7], 2, 0), (256, [5, 5], 2, 1), (256, [3, 3], 1, 1), (256, [3, 3], 1, 1),
          (256, [3, 3], 1, 1), (512, [6, 6], 1, 0),
        ]
    }
  }

  private let half: Half
  private let convolutions: [ConvolutionWithNorm]
  private let hidden: LinearWithNorm
  private let embedding: Linear
  /// Width of the result.
  public let width: Int

  /// Takes one half's tensors, with the widths that they have in the file; throws `WeightsError`.
  public init(_ weights: WeightScope, half: Half) throws(WeightsError) {
    let (net, connected) = (weights["netcnn\(half.rawValue)"], weights["netfc\(half.rawValue)"])
    func width(_ weights: WeightScope, _ position: Int, published: Int) -> Int {
      (try? weights.size(of: "\(position).weight")) ?? published
    }
    // Five frames are one picture with the channels of all, and the first kernel spans them.
    var (inputs, frames, convolutions) = (half == .sound ? 1 : 15, 5, [ConvolutionWithNorm]())
    for (position, layer) in zip([0, 4, 8, 11, 14, 18], half.layers) {
      let outputs = width(net, position, published: layer.channels)
      convolutions.append(
        try ConvolutionWithNorm(
          net["\(position)"], norm: net["\(position + 1)"],
          shape: [outputs, inputs] + layer.kernel,
          stored: half == .sound ? nil : [outputs, inputs / frames, frames] + layer.kernel,
          stride: layer.stride, padding: Padding(layer.padding), bias: true))
      (inputs, frames) = (outputs, 1)
    }
    let inner = width(connected, 0, published: 512)
    self.width = width(connected, 3, published: 1024)
    self.half = half
    self.convolutions = convolutions
    hidden = try LinearWithNorm(
      connected["0"], norm: connected["1"], inputs: inputs, outputs: inner)
    embedding = try Linear(connected["3"], inputs: inner, outputs: self.width)
  }

  /// Records the network: [N] + `half.inputShape` -> [N, width].
  public func callAsFunction(_ input: Tensor) -> Tensor {
    let isSound = half == .sound
    var x = isSound ? input : input.reshape([input.shape[0], 15] + input.shape.suffix(2))
    for (index, convolution) in convolutions.enumerated() {
      x = convolution(x).activation(.relu)
      switch index {
      case 0 where !isSound, 4: x = x.maxPool(kernel: 3, stride: 2)
      case 1: x = isSound ? poolAlongRows(x) : x.maxPool(kernel: 3, stride: 2, padding: 1)
      default: break
      }
    }
    x = x.reshape([x.shape[0], x.shape[1]])  // one pixel is left
    return embedding(hidden(x).activation(.relu))
  }

  /// Maxima over 3 x 3 with a stride of one down and two across: [N, C, H, W] -> [N, C, H - 2, W / 2 - 1], W even.
  private func poolAlongRows(_ x: Tensor) -> Tensor {
    let all = x.maxPool(kernel: 3, stride: 1)
    let pairs = all.reshape([all.shape.reduce(1, *) / 2, 2])
    return pairs.slice(axis: 1, 0..<1)
      .reshape([all.shape[0], all.shape[1], all.shape[2], all.shape[3] / 2])
  }
}
