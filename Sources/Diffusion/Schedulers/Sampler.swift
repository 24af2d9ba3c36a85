/// The samplers by the names that users know.
public enum Sampler: String, Sendable, CaseIterable {
  case euler
  case eulerAncestral = "euler-ancestral"
  case ddim
  case ddpm
  case dpmPlusPlus2M = "dpm++2m"
  case dpmPlusPlus2MKarras = "dpm++2m-karras"
  case dpmPlusPlus2MSDE = "dpm++2m-sde"
  case lcm

  /// The most steps that it can take.
  public func maximumSteps(_ configuration: SchedulerConfiguration) -> Int {
    self == .lcm
      ? LCMScheduler.maximumSteps(configuration) : configuration.trainingTimesteps
  }

  /// A scheduler of `steps` steps, from 1 to `maximumSteps`.
  public func scheduler(_ configuration: SchedulerConfiguration, steps: Int) -> any Scheduler {
    switch self {
    case .euler: return EulerScheduler(configuration, steps: steps)
    case .eulerAncestral:
      return EulerScheduler(configuration, steps: steps, isAncestral: true)
    case .ddim: return DDIMScheduler(configuration, steps: steps)
    case .ddpm: return DDPMScheduler(configuration, steps: steps)
    case .dpmPlusPlus2M: return DPMSolverScheduler(configuration, steps: steps)
    case .dpmPlusPlus2MKarras:
      var configuration = configuration
      configuration.usesKarrasSigmas = true
      return DPMSolverScheduler(configuration, steps: steps)
    case .dpmPlusPlus2MSDE:
      return DPMSolverScheduler(configuration, steps: steps, isStochastic: true)
    case .lcm: return LCMScheduler(configuration, steps: steps)
    }
  }
}
