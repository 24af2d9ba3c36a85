public import Compute
import Layers
public import Weights

// After transformers 5.23, models/whisper/modeling_whisper.py.

/// The encoder of Whisper: a log-mel spectrogram to a state every 20 ms.
public struct WhisperEncoder: Sendable {
  public let configuration: WhisperEncoderConfiguration
  private let conv1: Conv1d
  private let conv2: Conv1d
  private let positions: Constant
  private let layers: [WhisperEncoderLayer]
  private let norm: LayerNorm

  /// Takes the encoder's tensors, under transformers' names, from `weights`.
  ///
  /// `weights` may be a whole model's (`model.encoder.conv1.weight`), the bare WhisperModel's
  /// (`encoder.conv1.weight`) or the encoder's own. Throws `WeightsError.missing` or `.shape`.
  public init(
    _ weights: WeightScope, configuration: WhisperEncoderConfiguration
  ) throws(WeightsError) {
    self.configuration = configuration
    let width = configuration.width
    let encoder = Self.encoder(in: weights)
    conv1 = try Conv1d(
      encoder["conv1"], inputs: configuration.melBins, outputs: width, kernel: 3, padding: 1)
    conv2 = try Conv1d(
      encoder["conv2"], inputs: width, outputs: width, kernel: 3, stride: 2, padding: 1)
    positions = try encoder["embed_positions"].tensor(
      "weight", shape: [configuration.positions, width])
    var layers: [WhisperEncoderLayer] = []
    for index in 0..<configuration.layers {
      layers.append(
        try WhisperEncoderLayer(encoder["layers.\(index)"], configuration: configuration))
    }
    self.layers = layers
    norm = try LayerNorm(encoder["layer_norm"], channels: width)
  }

  /// The scope of the encoder within the scope of whatever was published around it.
  public static func encoder(in weights: WeightScope) -> WeightScope {
    ["model.encoder", "encoder"].first { weights[$0].contains("conv1.weight") }
      .map { weights[$0] } ?? weights
  }

  /// Records the network: mel [N, melBins, 2 * positions] -> the states that transformers calls
  /// `hidden_states`, each [N, positions, width].
  ///
  /// The first is the input of the first layer; the last is normalised, and the last layer's raw output is not
  /// among them: layers + 1 in all.
  public func callAsFunction(_ mel: Tensor) -> [Tensor] {
    precondition(
      mel.rank == 3 && mel.shape[1] == configuration.melBins
        && mel.shape[2] == 2 * configuration.positions,
      "whisper: mel \(mel.shape), not [N, \(configuration.melBins), \(2 * configuration.positions)]"
    )
    var x = mel.reshape([mel.shape[0], mel.shape[1], 1, mel.shape[2]])
    x = conv1.overPicture(x).activation(.gelu)
    x = conv2.overPicture(x).activation(.gelu)  // [N, width, 1, positions]
    x = x.tokens() + x.constant(positions)  // [N, positions, width]
    var states = [x]
    for layer in layers {
      x = layer(x)
      states.append(x)
    }
    states[states.count - 1] = norm(x)
    return states
  }
}
