/// A job as a manifest asks for it, with everything filled in: what a runner needs to know, and nothing of how it went.
public struct JobSpecification: Sendable, Hashable, Codable {
  /// Unique in its batch.
  public var name: String
  /// What is done, in order; the last step writes `output`.
  public var steps: [JobStep]
  /// Absolute path of the finished file; unique in its batch.
  public var output: String
  /// Jobs of higher priority start first.
  public var priority: Int
  /// Names of jobs that must succeed before this one starts.
  public var needs: [String]
  public var retries: RetryPolicy
  /// Longest time of one attempt and of all attempts together, in seconds; nil is no limit.
  public var attemptTimeoutSeconds: Double?
  public var jobTimeoutSeconds: Double?
  public var labels: [String: String]
  /// Whether a sheet of frames is written beside the output.
  public var makesContactSheet: Bool

  public init(name: String, steps: [JobStep], output: String) {
    self.name = name
    self.steps = steps
    self.output = output
    priority = 0
    needs = []
    retries = RetryPolicy()
    labels = [:]
    makesContactSheet = false
  }
}

/// One step of a job: a kind of work with its checked options; paths are absolute.
public struct JobStep: Sendable, Hashable, Codable {
  public var kind: String
  public var options: [String: OptionValue]

  public init(kind: String, options: [String: OptionValue]) {
    self.kind = kind
    self.options = options
  }
}

/// How often and how patiently an attempt that failed for a passing reason is made again.
public struct RetryPolicy: Sendable, Hashable, Codable {
  /// Attempts after the first.
  public var limit: Int
  /// Seconds before the first retry; each further one waits twice as long, up to an hour, with jitter.
  public var backoffSeconds: Double

  public init(limit: Int = 3, backoffSeconds: Double = 10) {
    self.limit = limit
    self.backoffSeconds = backoffSeconds
  }
}
