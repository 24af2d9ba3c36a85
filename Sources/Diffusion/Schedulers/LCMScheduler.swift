/// Latent consistency models (Luo and others, 2023), as diffusers' `LCMScheduler`: few steps, each to the clean latents
/// and back to less noise.
public struct LCMScheduler: Scheduler {
  public let timesteps: [Double]
  private let schedule: NoiseSchedule
  /// Steps that these models were distilled with.
  private static let distilledSteps = 50
  /// How far the boundary condition reaches, and what timesteps are multiplied by in it.
  private static let (dataDeviation, timestepScale) = (0.5, 10.0)

  /// The most steps that can be asked for.
  public static func maximumSteps(_ configuration: SchedulerConfiguration) -> Int {
    min(distilledSteps, configuration.trainingTimesteps)
  }

  /// `steps` is from 1 to `maximumSteps`.
  public init(_ configuration: SchedulerConfiguration, steps: Int) {
    let count = Self.maximumSteps(configuration)
    precondition((1...count).contains(steps), "\(steps) steps of \(count)")
    schedule = NoiseSchedule(configuration)
    let stride = configuration.trainingTimesteps / count
    timesteps = (0..<steps).map { step in
      let index = Int(Double(step) * Double(count) / Double(steps))
      return Double((count - index) * stride - 1)
    }
  }

  public mutating func advance(
    _ latents: [Float], prediction: [Float], step: Int, noise: () throws -> [Float]
  ) rethrows -> [Float] {
    let share = schedule.cleanShares[Int(timesteps[step])]
    let clean = schedule.clean(latents, prediction: prediction, share: share)
    let scaled = timesteps[step] * Self.timestepScale
    let square = scaled * scaled + Self.dataDeviation * Self.dataDeviation
    let denoised = combined(
      scaled / square.squareRoot(), clean, Self.dataDeviation * Self.dataDeviation / square, latents
    )
    guard step + 1 < timesteps.count else { return denoised }
    return noised(denoised, noise: try noise(), step: step + 1)
  }

  public func clean(_ latents: [Float], prediction: [Float], step: Int) -> [Float] {
    schedule.clean(
      latents, prediction: prediction, share: schedule.cleanShares[Int(timesteps[step])])
  }

  public func noised(_ clean: [Float], noise: [Float], step: Int) -> [Float] {
    let share = schedule.cleanShares[Int(timesteps[step])]
    return combined(share.squareRoot(), clean, (1 - share).squareRoot(), noise)
  }
}
