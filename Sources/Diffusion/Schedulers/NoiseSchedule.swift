import Foundation

/// How much of the clean latents is left at every training timestep, and which timesteps inference takes.
struct NoiseSchedule: Sendable {
  let configuration: SchedulerConfiguration
  /// The share of variance that is clean at every training timestep, falling.
  let cleanShares: [Double]
  /// The standard deviation of the noise next to clean latents of full size, at every training timestep, rising.
  let sigmas: [Double]

  init(_ configuration: SchedulerConfiguration) {
    self.configuration = configuration
    var share = 1.0
    cleanShares = Self.betas(configuration).map { beta in
      share *= 1 - beta
      return share
    }
    sigmas = cleanShares.map { ((1 - $0) / $0).squareRoot() }
  }

  private static func betas(_ configuration: SchedulerConfiguration) -> [Double] {
    let count = configuration.trainingTimesteps
    func rising(from start: Double, to end: Double) -> [Double] {
      (0..<count).map { start + (end - start) * Double($0) / Double(max(count - 1, 1)) }
    }
    switch configuration.betaSchedule {
    case .linear: return rising(from: configuration.betaStart, to: configuration.betaEnd)
    case .scaledLinear:
      return rising(
        from: configuration.betaStart.squareRoot(), to: configuration.betaEnd.squareRoot()
      )
      .map { $0 * $0 }
    case .cosine:
      func share(_ time: Double) -> Double {
        let cosine = cos((time + 0.008) / 1.008 * .pi / 2)
        return cosine * cosine
      }
      return (0..<count).map {
        min(1 - share(Double($0 + 1) / Double(count)) / share(Double($0) / Double(count)), 0.999)
      }
    }
  }

  var count: Int { cleanShares.count }

  /// The share at a whole timestep; before the first one everything is clean, or as clean as it was in training.
  func cleanShare(at timestep: Int) -> Double {
    if timestep >= 0 { return cleanShares[timestep] }
    return configuration.endsClean ? 1 : cleanShares[0]
  }

  /// `sigmas` between the training timesteps, too.
  func sigma(at timestep: Double) -> Double {
    let position = min(max(timestep, 0), Double(count - 1))
    let lower = Int(position)
    let upper = min(lower + 1, count - 1)
    return sigmas[lower] + (sigmas[upper] - sigmas[lower]) * (position - Double(lower))
  }

  /// `steps` timesteps, falling, as diffusers spaces them for most samplers; whole ones where `isWhole`.
  func timesteps(_ steps: Int, spacing: SchedulerConfiguration.Spacing, isWhole: Bool) -> [Double] {
    precondition((1...count).contains(steps), "\(steps) steps of \(count)")
    let offset = Double(configuration.stepsOffset)
    let indices = (0..<steps).reversed().map(Double.init)
    switch spacing {
    case .linspace:
      let stride = Double(count - 1) / Double(max(steps - 1, 1))
      let spread = indices.map { $0 * stride }
      return isWhole ? spread.map { $0.rounded(.toNearestOrEven) } : spread
    case .leading:
      return indices.map { min($0 * Double(count / steps) + offset, Double(count - 1)) }
    case .trailing:
      let stride = Double(count) / Double(steps)
      return (0..<steps).map {
        (Double(count) - Double($0) * stride).rounded(.toNearestOrEven) - 1
      }
    }
  }

  /// `steps` falling sigmas that are even in their seventh root (Karras and others, 2022, equation 5).
  static func karrasSigmas(_ steps: Int, from largest: Double, to least: Double) -> [Double] {
    let (largest, least) = (pow(largest, 1.0 / 7), pow(least, 1.0 / 7))
    return (0..<steps).map { index in
      pow(largest + Double(index) / Double(max(steps - 1, 1)) * (least - largest), 7)
    }
  }

  /// The timestep, between whole ones too, whose noise is `sigma`: interpolated in the logarithm.
  func timestep(ofSigma sigma: Double) -> Double {
    guard count > 1 else { return 0 }
    let above = sigmas.firstIndex { $0 > sigma } ?? count - 1
    let lower = min(max(above - 1, 0), count - 2)
    let (low, high) = (log(sigmas[lower]), log(sigmas[lower + 1]))
    let share = (log(max(sigma, 1e-10)) - low) / (high - low)
    return Double(lower) + min(max(share, 0), 1)
  }

  /// The clean latents that a network's answer means, given latents whose clean share is `share`; clipped where asked.
  func clean(_ latents: [Float], prediction: [Float], share: Double) -> [Float] {
    let (signal, noise) = (share.squareRoot(), (1 - share).squareRoot())
    let clean =
      switch configuration.prediction {
      case .epsilon: combined(1 / signal, latents, -noise / signal, prediction)
      case .velocity: combined(signal, latents, -noise, prediction)
      case .sample: prediction
      }
    return configuration.clipsSample ? clean.map { min(max($0, -1), 1) } : clean
  }

  /// The noise that a network's answer means.
  func noise(_ latents: [Float], prediction: [Float], share: Double) -> [Float] {
    let (signal, noise) = (share.squareRoot(), (1 - share).squareRoot())
    return switch configuration.prediction {
    case .epsilon: prediction
    case .velocity: combined(noise, latents, signal, prediction)
    case .sample: combined(1 / noise, latents, -signal / noise, prediction)
    }
  }
}
