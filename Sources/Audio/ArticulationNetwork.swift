public import Compute
import Layers
import MediaTypes
public import Weights

/// A Whisper encoder over two seconds of log-mel, and a linear head for every 20 ms.
public struct ArticulationNetwork {
  /// What the head gives, in order: the articulation, "the lips are shut", "someone vocalises".
  public static let outputs = Articulation.names + ["closure", "voice"]
  /// Positions of 20 ms in a window.
  public static let positions = 100
  /// Positions of a window that are used: those with sound on both sides.
  public static let kept = 25..<75

  private let encoder: WhisperEncoder
  private let head: Linear

  private struct Fields: Decodable {
    let outputs: [String]
  }

  /// Takes all tensors of `weights`.
  ///
  /// - Throws: `WeightsError` where configuration or weights are not those of an articulation network.
  public init(
    _ weights: WeightScope, configuration file: ConfigurationFile
  ) throws(WeightsError) {
    let configuration = try WhisperEncoderConfiguration(file)
    let fields = try file.decode(Fields.self)
    guard fields.outputs == Self.outputs else {
      throw .configuration(
        file: file.name, reason: "\"outputs\" are not \(Self.outputs.joined(separator: ", "))")
    }
    guard configuration.positions == Self.positions,
      configuration.melBins == MelSpectrogram.bandCount
    else {
      throw .configuration(
        file: file.name, reason: "windows are not 80 mel bins by \(2 * Self.positions) frames")
    }
    encoder = try WhisperEncoder(weights, configuration: configuration)
    head = try Linear(
      weights["head"], inputs: configuration.width, outputs: Self.outputs.count)
    try weights.requireAllConsumed()
  }

  /// Records the network: `mel` [batch, 80, 200] -> `outputs` [batch, 50, 9], before their activations.
  public func plan(batch: Int) -> Plan {
    let recorder = PlanRecorder(name: "articulation")
    let mel = recorder.input("mel", [batch, MelSpectrogram.bandCount, 2 * Self.positions])
    let states = encoder(mel)
    recorder.output("outputs", head(states[states.count - 1].slice(axis: 1, Self.kept)))
    return recorder.finish()
  }
}
