public import Compute
import Layers
public import Weights

/// Takes noise out of motion: convolutions over time, told frame by frame what is asked for
/// (`Training/motion/network.py`).
public struct MotionNetwork: Sendable {
  public let configuration: MotionConfiguration
  private let convIn: Conv1d
  private let timesteps: SinusoidalTimesteps
  private let timeEmbedding: TimestepEmbedding
  private let blocks: [TemporalBlock]
  private let normOut: GroupNorm
  private let convOut: Conv1d

  /// Takes all weights, and refuses files with others.
  ///
  /// - Throws: `WeightsError`.
  public init(
    _ weights: WeightScope, configuration: MotionConfiguration
  ) throws(WeightsError) {
    self.configuration = configuration
    let (width, channels) = (configuration.width, configuration.channels.count)
    timesteps = SinusoidalTimesteps(channels: width, cosineFirst: true, frequencyShift: 0)
    timeEmbedding = try TimestepEmbedding(
      weights["time_embedding"], inputs: width, channels: configuration.timeWidth)
    convIn = try Conv1d(
      weights["conv_in"], inputs: channels + configuration.conditionCount, outputs: width,
      kernel: 3, padding: 1)
    var blocks: [TemporalBlock] = []
    for (index, dilation) in configuration.dilations.enumerated() {
      blocks.append(
        try TemporalBlock(
          weights["blocks.\(index)"], configuration: configuration, dilation: dilation))
    }
    self.blocks = blocks
    normOut = try GroupNorm(
      weights["conv_norm_out"], groups: configuration.groups, channels: width, epsilon: 1e-5)
    convOut = try Conv1d(
      weights["conv_out"], inputs: width, outputs: channels, kernel: 3, padding: 1)
    try weights.requireAllConsumed()
  }

  /// The sinusoid of a timestep, [1, width].
  public func sinusoid(_ timestep: Double) -> HostTensor { timesteps(timestep) }

  /// motion [N, C, L], conditions [N, actions + 2, L], sinusoid [1, width] -> velocity [N, C, L].
  public func callAsFunction(
    _ motion: Tensor, conditions: Tensor, sinusoid: Tensor
  ) -> Tensor {
    let time = timeEmbedding(sinusoid).activation(.silu)
    let inputs = Tensor.concatenate([motion, conditions], axis: 1)
    let shape = inputs.shape
    var x = convIn.overPicture(inputs.reshape([shape[0], shape[1], 1, shape[2]]))
    for block in blocks { x = block(x, time: time) }
    let y = convOut.overPicture(normOut(x).activation(.silu))
    return y.reshape([shape[0], configuration.channels.count, shape[2]])
  }

  /// Records it for one window; the names are the parameters' of `callAsFunction`.
  public func plan(frames: Int) -> Plan {
    let recorder = PlanRecorder(name: "motion")
    let motion = recorder.input("motion", [1, configuration.channels.count, frames])
    let conditions = recorder.input("conditions", [1, configuration.conditionCount, frames])
    let sinusoid = recorder.input("sinusoid", [1, configuration.width])
    recorder.output("velocity", self(motion, conditions: conditions, sinusoid: sinusoid))
    return recorder.finish()
  }
}

/// A dilated convolution over time with the timestep in between, and a mixing of channels, added to the input.
private struct TemporalBlock: Sendable {
  private let norm1: GroupNorm
  private let weight1: Constant
  private let bias1: Constant
  private let dilation: Int
  private let timeProjection: Linear
  private let norm2: GroupNorm
  private let conv2: Conv1d

  init(
    _ weights: WeightScope, configuration: MotionConfiguration, dilation: Int
  ) throws(WeightsError) {
    let (width, groups) = (configuration.width, configuration.groups)
    norm1 = try GroupNorm(weights["norm1"], groups: groups, channels: width, epsilon: 1e-5)
    let conv1 = weights["conv1"]
    // The operator's dilation holds for both axes, and a kernel of height 1 has nothing to spread.
    weight1 = try conv1.tensor("weight", shape: [width, width, 1, 3], stored: [width, width, 3])
    bias1 = try conv1.tensor("bias", shape: [width])
    self.dilation = dilation
    timeProjection = try Linear(
      weights["time_emb_proj"], inputs: configuration.timeWidth, outputs: width)
    norm2 = try GroupNorm(weights["norm2"], groups: groups, channels: width, epsilon: 1e-5)
    conv2 = try Conv1d(weights["conv2"], inputs: width, outputs: width, kernel: 1)
  }

  /// x [N, width, 1, L], time [1, timeWidth] after its SiLU -> [N, width, 1, L].
  func callAsFunction(_ x: Tensor, time: Tensor) -> Tensor {
    let sides = Padding(top: 0, left: dilation, bottom: 0, right: dilation)
    let convolved = norm1(x).activation(.silu).conv2d(
      weight: weight1, bias: bias1, padding: sides, dilation: dilation)
    let shift = timeProjection(time)  // [1, width]
    let hidden = convolved + shift.reshape([1, shift.shape[1], 1, 1])
    return x + conv2.overPicture(norm2(hidden).activation(.silu))
  }
}
