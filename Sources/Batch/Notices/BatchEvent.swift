public import Foundation

/// Something that those outside may want to be told.
public struct BatchEvent: Sendable, Equatable, Encodable {
  /// What happened: `batch.started`, `batch.finished`, `job.started`, `job.succeeded`, `job.failed`, `job.retrying`, `job.requeued`,
  /// `job.cancelled` or `job.quarantined`.
  public var event: String
  /// UTC, as ISO 8601.
  public var time: String
  public var job: String?
  public var output: String?
  public var labels: [String: String]?
  public var attempt: Int?
  public var seconds: Double?
  public var exitCode: Int32?
  public var message: String?
  /// Set where a job's output was found finished rather than made.
  public var found: Bool?
  /// Jobs by state, with events of the whole batch.
  public var jobs: [String: Int]?

  enum CodingKeys: String, CodingKey {
    case event, time, job, output, labels, attempt, seconds
    case exitCode = "exit_code"
    case message, found, jobs
  }

  public init(_ event: String, at date: Date = .now) {
    self.event = event
    time = date.ISO8601Format()
  }
}
