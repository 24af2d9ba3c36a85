public import Compute
public import Weights

/// Two convolutions added to their input, with the timestep between them: diffusers' ResnetBlock2D.
public struct ResnetBlock2D: Sendable {
  private let norm1: GroupNorm
  private let conv1: Conv2d
  private let timeProjection: Linear?
  private let norm2: GroupNorm
  private let conv2: Conv2d
  private let shortcut: Conv2d?

  /// `timeChannels` is the width of the timestep's embedding, nil in networks without timesteps.
  public init(
    _ weights: WeightScope, inputs: Int, outputs: Int, timeChannels: Int?, groups: Int,
    epsilon: Float
  ) throws(WeightsError) {
    norm1 = try GroupNorm(weights["norm1"], groups: groups, channels: inputs, epsilon: epsilon)
    conv1 = try Conv2d(
      weights["conv1"], inputs: inputs, outputs: outputs, kernel: 3, padding: Padding(1))
    timeProjection =
      if let timeChannels {
        try Linear(weights["time_emb_proj"], inputs: timeChannels, outputs: outputs)
      } else { nil }
    norm2 = try GroupNorm(weights["norm2"], groups: groups, channels: outputs, epsilon: epsilon)
    conv2 = try Conv2d(
      weights["conv2"], inputs: outputs, outputs: outputs, kernel: 3, padding: Padding(1))
    shortcut =
      inputs == outputs
      ? nil : try Conv2d(weights["conv_shortcut"], inputs: inputs, outputs: outputs, kernel: 1)
  }

  /// x [N, inputs, H, W], time [1 or N, timeChannels] after its SiLU -> [N, outputs, H, W].
  public func callAsFunction(_ x: Tensor, time: Tensor? = nil) -> Tensor {
    precondition((time == nil) == (timeProjection == nil), "resnet: a timestep where it has one")
    var h = conv1(norm1(x).activation(.silu))  // [N, outputs, H, W]
    if let time, let timeProjection {
      let shift = timeProjection(time)  // [1 or N, outputs]
      h = h + shift.reshape([shift.shape[0], shift.shape[1], 1, 1])
    }
    h = conv2(norm2(h).activation(.silu))
    return (shortcut?(x) ?? x) + h
  }
}
