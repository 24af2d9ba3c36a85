import Foundation
import Glibc

/// A host as a child process, spoken to through pipes.
final class HostProcess: JobHost {
  private let process: pid_t
  private let commands: LineWriter
  private let messages: Int32
  private var reader: LineReader
  private var hasEnded = false

  /// Starts `arguments`, the first of which is the program's path; its standard error goes to `log`.
  ///
  /// Throws `BatchError.cannotStartHost`.
  init(arguments: [String], log: Int32) throws(BatchError) {
    let (input, output) = (try Self.makePipe(arguments), try Self.makePipe(arguments))
    defer {
      close(input.reading)
      close(output.writing)
    }
    commands = LineWriter(descriptor: input.writing)
    messages = output.reading
    reader = LineReader(descriptor: output.reading)
    process = try Self.spawn(
      arguments, input: input.reading, output: output.writing, errors: log)
  }

  deinit {
    kill()
    commands.close()
    if !hasEnded { _ = reap() }
    close(messages)
  }

  func send(_ command: HostCommand) -> Bool { !hasEnded && commands.write(command) }

  func receive(milliseconds: Int32) -> [HostEvent] {
    guard !hasEnded else { return [] }
    var waiting = pollfd(fd: messages, events: Int16(POLLIN), revents: 0)
    guard poll(&waiting, 1, milliseconds) > 0 else { return [] }
    guard let lines = reader.readLines() else {
      hasEnded = true
      return [.ended(reason: reap())]
    }
    return lines.map { line in
      guard let message = try? JSONDecoder().decode(HostMessage.self, from: line) else {
        kill()
        return .message(.alive)
      }
      return .message(message)
    }
  }

  func kill() { if !hasEnded { Glibc.kill(process, SIGKILL) } }

  /// Waits for the process and says how it ended.
  private func reap() -> String {
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0 && errno == EINTR {}
    let signal = status & 0x7f
    guard signal == 0 else { return "signal \(signal) (\(String(cString: strsignal(signal))))" }
    return "exit code \(status >> 8 & 0xff)"
  }

  private static func makePipe(
    _ arguments: [String]
  ) throws(BatchError) -> (reading: Int32, writing: Int32) {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else {
      throw .cannotStartHost(program: arguments[0], number: errno)
    }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return (ends[0], ends[1])
  }

  private static func spawn(
    _ arguments: [String], input: Int32, output: Int32, errors: Int32
  ) throws(BatchError) -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (from, to) in [(input, 0), (output, 1), (errors, 2)] as [(Int32, Int32)] {
      posix_spawn_file_actions_adddup2(&actions, from, to)
    }
    var texts: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    defer { for text in texts { free(text) } }
    var process: pid_t = 0
    let number = posix_spawn(&process, arguments[0], &actions, nil, &texts, environ)
    guard number == 0 else { throw .cannotStartHost(program: arguments[0], number: number) }
    return process
  }
}
