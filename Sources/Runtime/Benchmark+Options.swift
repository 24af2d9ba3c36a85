extension Benchmark {
  /// How to measure; nil where the caller did not say.
  public struct Options: Sendable {
    public var model: Model?
    /// Frames in one run.
    public var batch: Int?
    public var threads: Int?
    public var precision: SpeakRequest.Precision?
    /// Whether networks' operators are timed too.
    public var isProfiled = false

    public init() {}

    var threadCount: Int { threads ?? ResourceUsage.availableCores }
  }
}

extension Benchmark.Kind {
  /// Whose networks can be measured; empty where there is nothing to choose.
  private var models: [Benchmark.Model] {
    switch self {
    case .mel: []
    case .vaeDecoder, .vaeEncoder, .s3fd, .bisenet, .dwpose, .musev: [.published]
    case .speak: [.mini]
    case .unet, .whisper, .all: [.published, .mini]
    }
  }

  private func takesBatch(_ model: Benchmark.Model?) -> Bool {
    switch self {
    case .vaeDecoder, .vaeEncoder, .s3fd, .bisenet, .dwpose, .musev, .all: true
    case .unet: model != .mini
    case .mel, .whisper, .speak: false
    }
  }

  private var runsNetworks: Bool { self != .mel }
  private var canBeProfiled: Bool { self != .mel && self != .speak }

  /// What of `options` does not go with this benchmark, nil if all of it does.
  public func problem(with options: Benchmark.Options) -> String? {
    let refused: String? =
      if let model = options.model, !models.contains(model) {
        "--model \(model.rawValue)"
      } else if options.batch != nil && !takesBatch(options.model) {
        "--batch"
      } else if options.threads != nil && !runsNetworks {
        "--threads"
      } else if options.precision != nil && !runsNetworks {
        "--precision"
      } else if options.isProfiled && !canBeProfiled {
        "--profile"
      } else {
        nil
      }
    let what = self == .unet && options.model == .mini ? "mini's unet" : rawValue
    return refused.map { "\($0) does not go with \(what): leave it out" }
  }

  /// Single benchmarks, each with what of `options` goes with it.
  ///
  /// `all` stands for those that there are for the model, or for all without one.
  public func parts(_ options: Benchmark.Options) -> [(Benchmark.Kind, Benchmark.Options)] {
    guard self == .all else { return [(self, options)] }
    return Self.allCases.filter { kind in
      guard kind != .all, let model = options.model else { return kind != .all }
      return kind.models.isEmpty || kind.models.contains(model)
    }.map { ($0, $0.applicable(options)) }
  }

  private func applicable(_ options: Benchmark.Options) -> Benchmark.Options {
    var result = options
    if models.isEmpty { result.model = nil }
    if !takesBatch(options.model) { result.batch = nil }
    if !runsNetworks { (result.threads, result.precision) = (nil, nil) }
    if !canBeProfiled { result.isProfiled = false }
    return result
  }
}
