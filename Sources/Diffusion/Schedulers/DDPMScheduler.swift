/// Denoising diffusion probabilistic models (Ho and others, 2020), as diffusers' `DDPMScheduler` with its small variance.
public struct DDPMScheduler: Scheduler {
  public let timesteps: [Double]
  private let schedule: NoiseSchedule

  /// `steps` is from 1 to the configuration's training timesteps.
  public init(_ configuration: SchedulerConfiguration, steps: Int) {
    schedule = NoiseSchedule(configuration)
    timesteps = schedule.timesteps(steps, spacing: configuration.spacing ?? .leading, isWhole: true)
  }

  public mutating func advance(
    _ latents: [Float], prediction: [Float], step: Int, noise: () throws -> [Float]
  ) rethrows -> [Float] {
    let timestep = Int(timesteps[step])
    let before = timestep - schedule.count / timesteps.count
    let share = schedule.cleanShares[timestep]
    let next = before >= 0 ? schedule.cleanShares[before] : 1
    let kept = share / next
    let clean = schedule.clean(latents, prediction: prediction, share: share)
    let result = combined(
      next.squareRoot() * (1 - kept) / (1 - share), clean,
      kept.squareRoot() * (1 - next) / (1 - share), latents)
    guard timestep > 0 else { return result }
    let variance = max((1 - next) / (1 - share) * (1 - kept), 1e-20)
    return combined(1, result, variance.squareRoot(), try noise())
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
