/// What a runner tells the process that hosts its jobs: one JSON object a line on the host's standard input.
///
/// The end of the input means that the runner is gone, and ends the host at once.
enum HostCommand: Codable, Sendable, Equatable {
  case run(Assignment)
  case stop(attempt: Int, request: StopRequest)

  /// A job to begin now.
  struct Assignment: Codable, Sendable, Equatable {
    var attempt: Int
    var job: JobSpecification
    var key: String
    var replacesOutput: Bool
  }
}

/// What a host answers: one JSON object a line.
enum HostMessage: Codable, Sendable, Equatable {
  case ready(processIdentifier: Int32)
  /// Sent every second, whatever the jobs do.
  case alive
  case progress(attempt: Int, JobProgress)
  case finished(attempt: Int, JobResult)
  /// The attempt ended because it was asked to.
  case stopped(attempt: Int)
  case failed(attempt: Int, JobFailure)
}

/// Why an attempt ended without an output.
public struct JobFailure: Error, Codable, Sendable, Hashable {
  /// The documented exit code that a command of its own would have ended with.
  public var exitCode: Int32
  /// One line: what, where, what to do.
  public var message: String

  public init(exitCode: Int32, message: String) {
    self.exitCode = exitCode
    self.message = message
  }
}

/// Thrown by an executor that ended an attempt because `JobContext.stopRequest` asked for it.
public struct JobStopped: Error {
  public init() {}
}
