import Foundation
import Testing

@testable import Batch

@Suite struct HostTests {
  /// A host in this process, and the ends of the pipes to it.
  private func startHost() -> (commands: LineWriter, reader: LineReader, ended: DispatchSemaphore) {
    var input: [Int32] = [0, 0]
    var output: [Int32] = [0, 0]
    #expect(pipe(&input) == 0 && pipe(&output) == 0)
    let ended = DispatchSemaphore(value: 0)
    let host = BatchHost(executor: FakeExecutor(), commands: input[0], messages: output[1])
    Thread.detachNewThread {
      host.serve()
      ended.signal()
    }
    return (LineWriter(descriptor: input[1]), LineReader(descriptor: output[0]), ended)
  }

  private func job(_ act: String) -> JobSpecification {
    JobSpecification(
      name: act, steps: [JobStep(kind: "act", options: ["act": .text(act)])], output: "/none")
  }

  private func assignment(_ attempt: Int, _ act: String) -> HostCommand {
    .run(.init(attempt: attempt, job: job(act), key: "k", replacesOutput: false))
  }

  /// Messages but signs of life until `count` attempts have ended.
  private func messages(_ reader: inout LineReader, ends count: Int) throws -> [HostMessage] {
    var found: [HostMessage] = []
    var ends = 0
    while ends < count, let lines = reader.readLines() {
      for line in lines {
        let message = try JSONDecoder().decode(HostMessage.self, from: line)
        if message == .alive { continue }
        found.append(message)
        switch message {
        case .finished, .failed, .stopped: ends += 1
        default: break
        }
      }
    }
    return found
  }

  @Test("a job's progress comes before its end, and errors keep their exit code")
  func progressAndFailure() throws {
    var (commands, reader, ended) = startHost()
    commands.write(assignment(1, "succeed"))
    let first = try messages(&reader, ends: 1)
    #expect(first.count == 4)
    #expect(first[0] == .ready(processIdentifier: getpid()))
    #expect(first[1] == .progress(attempt: 1, .stage("acting", total: 1)))
    #expect(
      first[3]
        == .finished(
          attempt: 1, JobResult(sha256: "11", byteCount: 4, frameCount: 1, warnings: [])))
    commands.write(assignment(2, "fail:65"))
    let failure = JobFailure(
      exitCode: 65, message: "it went wrong, here: try something else")
    #expect(try messages(&reader, ends: 1) == [.failed(attempt: 2, failure)])
    commands.close()
    ended.wait()
  }

  @Test("several jobs are in work at once, and each is stopped alone")
  func stopsOneOfSeveral() throws {
    var (commands, reader, ended) = startHost()
    commands.write(assignment(1, "wait"))
    commands.write(assignment(2, "wait"))
    commands.write(HostCommand.stop(attempt: 2, request: .afterSegment))
    #expect(try messages(&reader, ends: 1).last == .stopped(attempt: 2))
    commands.write(HostCommand.stop(attempt: 1, request: .now))
    #expect(try messages(&reader, ends: 1) == [.stopped(attempt: 1)])
    commands.close()
    ended.wait()
  }

  @Test("a child process that dies says of what, once")
  func deathOfAChild() throws {
    let host = try HostProcess(
      arguments: ["/bin/sh", "-c", "echo '{\"alive\":{}}'; kill -SEGV $$"], log: 2)
    var events: [HostEvent] = []
    while events.last.map({ $0 == .message(.alive) }) ?? true {
      events += host.receive(milliseconds: 1000)
    }
    #expect(
      events == [.message(.alive), .ended(reason: "signal 11 (Segmentation fault)")])
    #expect(host.receive(milliseconds: 0) == [])
    #expect(!host.send(.stop(attempt: 1, request: .now)))
  }

  @Test("a host whose runner is gone sees the end of its input")
  func endOfInput() throws {
    let host = try HostProcess(arguments: ["/bin/cat"], log: 2)
    #expect(host.send(.stop(attempt: 1, request: .now)))
    host.kill()
    var events: [HostEvent] = []
    while events.isEmpty || !events.contains(.ended(reason: "signal 9 (Killed)")) {
      events += host.receive(milliseconds: 1000)
    }
    #expect(events.last == .ended(reason: "signal 9 (Killed)"))
    #expect(throws: BatchError.cannotStartHost(program: "/no/such", number: ENOENT)) {
      _ = try HostProcess(arguments: ["/no/such"], log: 2)
    }
  }
}
