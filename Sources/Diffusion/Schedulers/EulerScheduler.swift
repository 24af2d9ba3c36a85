/// Euler's method on the probability flow (Karras and others, 2022), as diffusers' `EulerDiscreteScheduler` and, with
/// `isAncestral`, `EulerAncestralDiscreteScheduler`.
public struct EulerScheduler: Scheduler {
  public let timesteps: [Double]
  private let schedule: NoiseSchedule
  /// The noise before every step and after the last, 0.
  private let sigmas: [Double]
  private let isAncestral: Bool

  /// `steps` is from 1 to the configuration's training timesteps.
  public init(_ configuration: SchedulerConfiguration, steps: Int, isAncestral: Bool = false) {
    schedule = NoiseSchedule(configuration)
    self.isAncestral = isAncestral
    let schedule = schedule
    let spaced = schedule.timesteps(
      steps, spacing: configuration.spacing ?? .linspace, isWhole: false)
    let sigmas = spaced.map(schedule.sigma(at:))
    if configuration.usesKarrasSigmas, !isAncestral {
      let even = NoiseSchedule.karrasSigmas(steps, from: sigmas[0], to: sigmas[steps - 1])
      self.sigmas = even + [0]
      timesteps = even.map(schedule.timestep(ofSigma:))
    } else {
      self.sigmas = sigmas + [0]
      timesteps = spaced
    }
  }

  public var initialNoiseScale: Double {
    let largest = sigmas[0]
    let isLeading = schedule.configuration.spacing == .leading
    return isLeading ? (largest * largest + 1).squareRoot() : largest
  }

  public func modelInput(_ latents: [Float], step: Int) -> [Float] {
    let scale = Float(1 / (sigmas[step] * sigmas[step] + 1).squareRoot())
    return latents.map { $0 * scale }
  }

  public mutating func advance(
    _ latents: [Float], prediction: [Float], step: Int, noise: () throws -> [Float]
  ) rethrows -> [Float] {
    let (sigma, next) = (sigmas[step], sigmas[step + 1])
    let slope = slope(latents, prediction: prediction, sigma: sigma)
    guard isAncestral else { return combined(1, latents, next - sigma, slope) }
    let fresh = (next * next * (sigma * sigma - next * next)).squareRoot() / sigma
    let down = (next * next - fresh * fresh).squareRoot()
    return combined(1, combined(1, latents, down - sigma, slope), fresh, try noise())
  }

  /// The latents' change with sigma: the noise that is in them, at a size of one.
  private func slope(_ latents: [Float], prediction: [Float], sigma: Double) -> [Float] {
    switch schedule.configuration.prediction {
    case .epsilon: return prediction
    case .sample: return combined(1 / sigma, latents, -1 / sigma, prediction)
    case .velocity:
      let square = sigma * sigma + 1
      return combined(sigma / square, latents, 1 / square.squareRoot(), prediction)
    }
  }

  public func clean(_ latents: [Float], prediction: [Float], step: Int) -> [Float] {
    let sigma = sigmas[step]
    return combined(1, latents, -sigma, slope(latents, prediction: prediction, sigma: sigma))
  }

  public func noised(_ clean: [Float], noise: [Float], step: Int) -> [Float] {
    combined(1, clean, sigmas[step], noise)
  }
}
