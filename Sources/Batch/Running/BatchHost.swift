import Foundation
import Glibc
import MediaTypes
import Synchronization

/// The process that holds the models and does jobs for a runner, several at once.
///
/// A job that crashes takes this process with it, and not the runner; the runner starts a new one.
public final class BatchHost: Sendable {
  private let executor: any JobExecutor
  private let messages: LineWriter
  private let commands: Int32
  private let requests = Mutex<[Int: StopRequest]>([:])

  /// Reads commands from `commands` and writes messages to `messages`, which it takes over.
  public init(executor: any JobExecutor, commands: Int32, messages: Int32) {
    self.executor = executor
    self.commands = commands
    self.messages = LineWriter(descriptor: messages)
  }

  /// Serves until the runner closes its end or is gone; jobs in work are abandoned then.
  ///
  /// Their finished segments stay for the next attempt. Standard output belongs to the messages, so anything else that is
  /// printed must go elsewhere.
  public func serve() {
    messages.write(HostMessage.ready(processIdentifier: getpid()))
    Thread.detachNewThread { [self] in
      while messages.write(HostMessage.alive) { sleep(1) }
    }
    var reader = LineReader(descriptor: commands)
    while let lines = reader.readLines() {
      for line in lines {
        guard let command = try? JSONDecoder().decode(HostCommand.self, from: line) else { return }
        handle(command)
      }
    }
  }

  private func handle(_ command: HostCommand) {
    switch command {
    case .stop(let attempt, let request):
      requests.withLock { if $0[attempt] != nil { $0[attempt] = request } }
    case .run(let assignment):
      requests.withLock { $0[assignment.attempt] = StopRequest.none }
      let thread = Thread { [self] in work(on: assignment) }
      thread.stackSize = 16 << 20
      thread.start()
    }
  }

  private func work(on assignment: HostCommand.Assignment) {
    let attempt = assignment.attempt
    let context = JobContext(
      key: assignment.key, replacesOutput: assignment.replacesOutput,
      report: { [messages] in messages.write(HostMessage.progress(attempt: attempt, $0)) },
      stopRequest: { [self] in requests.withLock { $0[attempt] ?? .now } })
    let outcome: HostMessage
    do {
      outcome = .finished(attempt: attempt, try executor.run(assignment.job, context: context))
    } catch is JobStopped {
      outcome = .stopped(attempt: attempt)
    } catch {
      outcome = .failed(attempt: attempt, JobFailure(error))
    }
    requests.withLock { $0[attempt] = nil }
    messages.write(outcome)
  }
}

extension JobFailure {
  /// The failure that `error` means for a job.
  public init(_ error: any Error) {
    let known = error as? any AvatarError
    self.init(
      exitCode: (known?.exitCode ?? .internalError).rawValue,
      message: known?.description ?? "\(error)")
  }
}
