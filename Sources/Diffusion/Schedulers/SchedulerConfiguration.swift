public import Weights

/// How noise was added when a network was trained, and what it predicts: a model folder's `scheduler_config.json`.
///
/// Absent fields have the values that Stable Diffusion 1.x was trained with.
public struct SchedulerConfiguration: Sendable, Equatable, Decodable {
  public enum BetaSchedule: String, Sendable, Decodable {
    case linear
    case scaledLinear = "scaled_linear"
    case cosine = "squaredcos_cap_v2"
  }

  /// What the network answers: the noise, the velocity (Salimans and Ho, 2022), or the clean latents.
  public enum Prediction: String, Sendable, Decodable {
    case epsilon, sample
    case velocity = "v_prediction"
  }

  /// How inference's timesteps lie among those of training.
  public enum Spacing: String, Sendable, Decodable {
    case linspace, leading, trailing
  }

  public var trainingTimesteps = 1000
  public var betaStart = 0.00085
  public var betaEnd = 0.012
  public var betaSchedule = BetaSchedule.scaledLinear
  public var prediction = Prediction.epsilon
  /// Nil where the file leaves it to the sampler.
  public var spacing: Spacing?
  public var stepsOffset = 0
  public var clipsSample = false
  /// Whether the last step of DDIM ends at no noise at all rather than at the first training timestep's.
  public var endsClean = false
  public var usesKarrasSigmas = false

  enum CodingKeys: String, CodingKey {
    case trainingTimesteps = "num_train_timesteps"
    case betaStart = "beta_start"
    case betaEnd = "beta_end"
    case betaSchedule = "beta_schedule"
    case prediction = "prediction_type"
    case spacing = "timestep_spacing"
    case stepsOffset = "steps_offset"
    case clipsSample = "clip_sample"
    case endsClean = "set_alpha_to_one"
    case usesKarrasSigmas = "use_karras_sigmas"
  }

  public init() {}

  /// The standard deviation of the noise next to clean latents of full size at a timestep, between whole ones too.
  public func sigma(at timestep: Double) -> Double { NoiseSchedule(self).sigma(at: timestep) }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    try container.read(.trainingTimesteps, into: &trainingTimesteps)
    try container.read(.betaStart, into: &betaStart)
    try container.read(.betaEnd, into: &betaEnd)
    try container.read(.betaSchedule, into: &betaSchedule)
    try container.read(.prediction, into: &prediction)
    spacing = try container.decodeIfPresent(Spacing.self, forKey: .spacing)
    try container.read(.stepsOffset, into: &stepsOffset)
    try container.read(.clipsSample, into: &clipsSample)
    try container.read(.endsClean, into: &endsClean)
    try container.read(.usesKarrasSigmas, into: &usesKarrasSigmas)
  }

  /// Reads and checks a `scheduler_config.json`.
  ///
  /// - Throws: `WeightsError.configuration` for values out of range and for what is not supported.
  public init(_ file: ConfigurationFile) throws(WeightsError) {
    self = try file.decode(SchedulerConfiguration.self)
    if let problem = Self.unsupportedField(file) ?? inconsistency {
      throw .configuration(file: file.name, reason: problem)
    }
  }

  /// Fields that change the noise in ways that are not built here, unless they have these values.
  private static func unsupportedField(_ file: ConfigurationFile) -> String? {
    let plain: [(String, JSONValue)] = [
      ("thresholding", .bool(false)), ("rescale_betas_zero_snr", .bool(false)),
      ("trained_betas", .null), ("use_exponential_sigmas", .bool(false)),
      ("use_beta_sigmas", .bool(false)), ("use_flow_sigmas", .bool(false)),
    ]
    return plain.first { name, value in file.fields[name].map { $0 != value } ?? false }
      .map { "\"\($0.0)\" is set, which this program cannot do: use another scheduler_config.json" }
  }

  private var inconsistency: String? {
    if !(1...100_000).contains(trainingTimesteps) {
      return "\"num_train_timesteps\" is \(trainingTimesteps), not 1 to 100000"
    }
    if !(betaStart > 0 && betaStart <= betaEnd && betaEnd < 1) {
      return "\"beta_start\" \(betaStart) and \"beta_end\" \(betaEnd) do not rise between 0 and 1"
    }
    if !(0..<trainingTimesteps).contains(stepsOffset) {
      return "\"steps_offset\" is \(stepsOffset), not 0 to \(trainingTimesteps - 1)"
    }
    return nil
  }
}
