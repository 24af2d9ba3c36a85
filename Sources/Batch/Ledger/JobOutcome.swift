/// What became of a job when its attempt ended.
public struct JobOutcome: Sendable, Hashable {
  public var jobIdentifier: Int
  public var name: String
  public var state: JobState
  /// When the next attempt may start, if there will be one and it must wait.
  public var retrySeconds: Double?
  /// Why the attempt failed.
  public var message: String?

  public init(
    jobIdentifier: Int, name: String, state: JobState, retrySeconds: Double? = nil,
    message: String? = nil
  ) {
    self.jobIdentifier = jobIdentifier
    self.name = name
    self.state = state
    self.retrySeconds = retrySeconds
    self.message = message
  }
}
