import Foundation

public import Compute
public import Weights

/// Sines and cosines of a diffusion timestep at falling frequencies: diffusers' Timesteps.
public struct SinusoidalTimesteps: Sendable {
  private let channels: Int
  private let cosineFirst: Bool
  private let frequencyShift: Double

  /// `cosineFirst` is diffusers' `flip_sin_to_cos`, `frequencyShift` its `downscale_freq_shift`.
  public init(channels: Int, cosineFirst: Bool, frequencyShift: Double) {
    precondition(channels % 2 == 0 && channels > 0, "timesteps: even channels, not \(channels)")
    self.channels = channels
    self.cosineFirst = cosineFirst
    self.frequencyShift = frequencyShift
  }

  /// The embedding [1, channels] of one timestep.
  public func callAsFunction(_ timestep: Double) -> HostTensor {
    let half = channels / 2
    let angles = (0..<half).map { index in
      timestep * exp(-log(10_000) * Double(index) / (Double(half) - frequencyShift))
    }
    let sines = angles.map { Float(sin($0)) }
    let cosines = angles.map { Float(cos($0)) }
    return HostTensor(
      shape: [1, channels], values: cosineFirst ? cosines + sines : sines + cosines)
  }
}

/// Two matrices with SiLU between that widen a timestep's embedding: [N, inputs] -> [N, channels].
public struct TimestepEmbedding: Sendable {
  private let linear1: Linear
  private let linear2: Linear

  public init(_ weights: WeightScope, inputs: Int, channels: Int) throws(WeightsError) {
    linear1 = try Linear(weights["linear_1"], inputs: inputs, outputs: channels)
    linear2 = try Linear(weights["linear_2"], inputs: channels, outputs: channels)
  }

  public func callAsFunction(_ embedding: Tensor) -> Tensor {
    linear2(linear1(embedding).activation(.silu))
  }
}
