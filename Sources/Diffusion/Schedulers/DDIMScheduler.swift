/// Denoising diffusion implicit models (Song and others, 2020), as diffusers' `DDIMScheduler`.
public struct DDIMScheduler: Scheduler {
  public let timesteps: [Double]
  private let schedule: NoiseSchedule
  /// 0: no noise is added; 1: as much as in DDPM.
  private let eta: Double

  /// `steps` is from 1 to the configuration's training timesteps.
  public init(_ configuration: SchedulerConfiguration, steps: Int, eta: Double = 0) {
    schedule = NoiseSchedule(configuration)
    self.eta = eta
    timesteps = schedule.timesteps(steps, spacing: configuration.spacing ?? .leading, isWhole: true)
  }

  public mutating func advance(
    _ latents: [Float], prediction: [Float], step: Int, noise: () throws -> [Float]
  ) rethrows -> [Float] {
    let timestep = Int(timesteps[step])
    let share = schedule.cleanShares[timestep]
    let next = schedule.cleanShare(at: timestep - schedule.count / timesteps.count)
    let clean = schedule.clean(latents, prediction: prediction, share: share)
    let heard = schedule.noise(latents, prediction: prediction, share: share)
    let variance = (1 - next) / (1 - share) * (1 - share / next) * eta * eta
    let result = combined(
      next.squareRoot(), clean, max(1 - next - variance, 0).squareRoot(), heard)
    return eta > 0 ? combined(1, result, variance.squareRoot(), try noise()) : result
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
