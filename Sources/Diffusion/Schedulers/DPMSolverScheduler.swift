import Foundation

/// DPM-Solver++ of second order (Lu and others, 2022), as diffusers' `DPMSolverMultistepScheduler` with its midpoint
/// solver; with `isStochastic` the one that adds noise, known as "DPM++ 2M SDE".
public struct DPMSolverScheduler: Scheduler {
  public let timesteps: [Double]
  private let schedule: NoiseSchedule
  /// The noise before every step and after the last, 0.
  private let sigmas: [Double]
  private let isStochastic: Bool
  /// The clean latents that the step before this one saw.
  private var previousClean: [Float] = []

  public var memory: [Float] {
    get { previousClean }
    set { previousClean = newValue }
  }

  /// `steps` is from 1 to the configuration's training timesteps.
  public init(_ configuration: SchedulerConfiguration, steps: Int, isStochastic: Bool = false) {
    let schedule = NoiseSchedule(configuration)
    self.schedule = schedule
    self.isStochastic = isStochastic
    if configuration.usesKarrasSigmas {
      let all = schedule.sigmas
      let even = NoiseSchedule.karrasSigmas(steps, from: all[all.count - 1], to: all[0])
      let rule: FloatingPointRoundingRule =
        configuration.betaSchedule == .cosine ? .down : .toNearestOrEven
      sigmas = even + [0]
      timesteps = even.map { schedule.timestep(ofSigma: $0).rounded(rule) }
    } else {
      timesteps = Self.timesteps(steps, schedule)
      sigmas = timesteps.map(schedule.sigma(at:)) + [0]
    }
  }

  /// This sampler's own spacing: it counts the end, too.
  private static func timesteps(_ steps: Int, _ schedule: NoiseSchedule) -> [Double] {
    let indices = (1...steps).reversed().map(Double.init)
    switch schedule.configuration.spacing ?? .linspace {
    case .linspace:
      let stride = Double(schedule.count - 1) / Double(steps)
      return indices.map { ($0 * stride).rounded(.toNearestOrEven) }
    case .leading:
      let stride = Double(schedule.count / (steps + 1))
      let offset = Double(schedule.configuration.stepsOffset)
      return indices.map { min($0 * stride + offset, Double(schedule.count - 1)) }
    case .trailing: return schedule.timesteps(steps, spacing: .trailing, isWhole: true)
    }
  }

  /// How much is clean and how much is noise, in latents of constant variance.
  private func shares(_ sigma: Double) -> (clean: Double, noise: Double) {
    let clean = 1 / (sigma * sigma + 1).squareRoot()
    return (clean, sigma * clean)
  }

  public mutating func advance(
    _ latents: [Float], prediction: [Float], step: Int, noise: () throws -> [Float]
  ) rethrows -> [Float] {
    let (sigma, next) = (sigmas[step], sigmas[step + 1])
    let now = shares(sigma)
    let clean = clean(latents, prediction: prediction, step: step)
    defer { previousClean = clean }
    let then = shares(next)
    let length = log(sigma) - log(next)
    let decay = exp(-length)
    let isFirstOrder = previousClean.isEmpty || step + 1 == timesteps.count
    var aimed = clean
    if !isFirstOrder {
      let ratio = (log(sigmas[step - 1]) - log(sigma)) / length
      aimed = combined(1 + 0.5 / ratio, clean, -0.5 / ratio, previousClean)
    }
    guard isStochastic else {
      return combined(then.noise / now.noise, latents, then.clean * (1 - decay), aimed)
    }
    let result = combined(
      then.noise / now.noise * decay, latents, then.clean * (1 - decay * decay), aimed)
    return combined(1, result, then.noise * (1 - decay * decay).squareRoot(), try noise())
  }

  public func clean(_ latents: [Float], prediction: [Float], step: Int) -> [Float] {
    let share = shares(sigmas[step]).clean
    return schedule.clean(latents, prediction: prediction, share: share * share)
  }

  public func noised(_ clean: [Float], noise: [Float], step: Int) -> [Float] {
    let shares = shares(sigmas[step])
    return combined(shares.clean, clean, shares.noise, noise)
  }
}
