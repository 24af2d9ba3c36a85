import Batch
import Foundation
import MediaTypes

/// An executor whose jobs do what their `act` option says: `succeed`, `fail:CODE`, `wait` (until stopped), `crash`.
struct FakeExecutor: JobExecutor {
  struct Failure: AvatarError {
    let exitCode: ExitCode
    let description = "it went wrong, here: try something else"
  }

  let kinds = [
    JobKind(
      name: "act", summary: "Does as told.",
      options: [JobKind.Option("act", .text, "What to do.", isRequired: true)])
  ]

  func identity(of job: JobSpecification) throws -> String { "fake 1" }
  func inputs(of job: JobSpecification) throws -> [String] { [] }
  func measure(_ job: JobSpecification) throws -> JobSize {
    JobSize(seconds: 1, frameCount: 25, pixelsPerFrame: 64)
  }
  func finishedOutput(at path: String) -> FoundOutput? { nil }
  func jobKey(at path: String) -> String? { nil }
  func companions(of job: JobSpecification) -> [Companion] { [] }
  func maker(of companion: Companion, beside job: JobSpecification) -> Companion.Maker { .unknown }
  func complete(_ job: JobSpecification) throws {}
  func discard(_ job: JobSpecification) {}

  func run(_ job: JobSpecification, context: JobContext) throws -> JobResult {
    guard case .text(let act) = job.steps[0].options["act"] else { return try succeed(context) }
    switch act {
    case "wait":
      while context.stopRequest() == .none { usleep(2000) }
      throw JobStopped()
    case "crash":
      kill(getpid(), SIGKILL)
      return try succeed(context)
    case let text where text.hasPrefix("fail:"):
      throw Failure(exitCode: ExitCode(rawValue: Int32(text.dropFirst(5))!)!)
    default:
      return try succeed(context)
    }
  }

  private func succeed(_ context: JobContext) throws -> JobResult {
    context.report(.stage("acting", total: 1))
    context.report(.segment(index: 0, count: 1, sha256: "00", byteCount: 4))
    return JobResult(sha256: "11", byteCount: 4, frameCount: 1, warnings: [])
  }
}
