public import Compute
import Layers
public import Weights

/// The network that finds 35 landmarks in a face crop: `Training/mini/landmark_network.py`.
///
/// RGB [N, 3, S, S] in [-1, 1] -> [N, 71]: 35 x (x, y) in crop coordinates [-1, 1], then a presence logit.
public struct LandmarkNetwork: Sendable {
  /// The sizes in the network's `config.json`.
  public struct Configuration: Codable, Hashable, Sendable {
    /// Channels of the stem and of each halving block.
    public var widths: [Int]
    /// Groups of every normalisation.
    public var groups: Int
    /// Number of landmarks.
    public var landmarks: Int
    /// Width of the hidden layer.
    public var hidden: Int
    /// Side of the input crop.
    public var inputSize: Int

    enum CodingKeys: String, CodingKey {
      case widths, groups, landmarks, hidden
      case inputSize = "input_size"
    }

    /// - Throws: `FaceError.configuration`.
    func check() throws(FaceError) {
      guard landmarks == Landmarks.count else {
        throw .configuration(reason: "it has \(landmarks) landmarks, not \(Landmarks.count)")
      }
      guard (2...10).contains(widths.count), groups > 0, hidden > 0, hidden <= 65536,
        widths.allSatisfy({ $0 > 0 && $0 <= 4096 && $0 % groups == 0 })
      else { throw .configuration(reason: "its widths, groups or hidden sizes are impossible") }
      guard inputSize > 0, inputSize <= 1024, inputSize % (1 << widths.count) == 0 else {
        throw .configuration(reason: "a crop of \(inputSize) pixels cannot be halved often enough")
      }
    }
  }

  public let configuration: Configuration
  private let convIn: Conv2d
  private let blocks: [LandmarkDownBlock]
  private let normOut: GroupNorm
  private let linear1: Linear
  private let linear2: Linear

  /// Takes all weights, and refuses files with others.
  /// - Throws: `FaceError.configuration`, `WeightsError`.
  public init(_ weights: WeightScope, configuration: Configuration) throws {
    try configuration.check()
    let (widths, groups) = (configuration.widths, configuration.groups)
    let last = widths[widths.count - 1]
    let cells = configuration.inputSize >> widths.count
    self.configuration = configuration
    convIn = try Conv2d(
      weights["conv_in"], inputs: 3, outputs: widths[0], kernel: 3, stride: 2, padding: Padding(1))
    blocks = try (0..<(widths.count - 1)).map { index in
      try LandmarkDownBlock(
        weights["blocks.\(index)"], inputs: widths[index], outputs: widths[index + 1],
        groups: groups)
    }
    normOut = try GroupNorm(weights["norm_out"], groups: groups, channels: last, epsilon: 1e-5)
    linear1 = try Linear(
      weights["linear_1"], inputs: last * cells * cells, outputs: configuration.hidden)
    linear2 = try Linear(
      weights["linear_2"], inputs: configuration.hidden, outputs: 2 * configuration.landmarks + 1)
    try weights.requireAllConsumed()
  }

  /// image [N, 3, S, S] -> [N, 71].
  public func callAsFunction(_ image: Tensor) -> Tensor {
    var x = convIn(image)  // [N, w0, S/2, S/2]
    for block in blocks { x = block(x) }
    x = normOut(x).activation(.silu)  // [N, w, cells, cells]
    x = x.reshape([x.shape[0], x.shape[1] * x.shape[2] * x.shape[3]])
    return linear2(linear1(x).activation(.silu))
  }
}

/// A pre-activation residual block that halves height and width: [N, inputs, H, W] -> [N, outputs, H/2, W/2].
private struct LandmarkDownBlock: Sendable {
  private let norm1: GroupNorm
  private let conv1: Conv2d
  private let norm2: GroupNorm
  private let conv2: Conv2d
  private let shortcut: Conv2d

  init(
    _ weights: WeightScope, inputs: Int, outputs: Int, groups: Int
  ) throws(WeightsError) {
    norm1 = try GroupNorm(weights["norm1"], groups: groups, channels: inputs, epsilon: 1e-5)
    conv1 = try Conv2d(
      weights["conv1"], inputs: inputs, outputs: outputs, kernel: 3, stride: 2, padding: Padding(1))
    norm2 = try GroupNorm(weights["norm2"], groups: groups, channels: outputs, epsilon: 1e-5)
    conv2 = try Conv2d(
      weights["conv2"], inputs: outputs, outputs: outputs, kernel: 3, padding: Padding(1))
    shortcut = try Conv2d(
      weights["conv_shortcut"], inputs: inputs, outputs: outputs, kernel: 1, stride: 2)
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    let hidden = conv1(norm1(x).activation(.silu))
    return conv2(norm2(hidden).activation(.silu)) + shortcut(x)
  }
}
