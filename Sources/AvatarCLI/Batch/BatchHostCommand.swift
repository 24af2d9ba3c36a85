import ArgumentParser
import Batch
import Foundation
import Glibc
import Runtime

/// `avatar batch host`: the process that does a runner's jobs; people have no use for it.
struct BatchHostCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "host", abstract: "Do a runner's jobs (internal).", shouldDisplay: false)

  func run() throws {
    // The runner hears signals, and ends this process by closing its end of the pipe.
    for number in [SIGINT, SIGTERM, SIGHUP, SIGPIPE] { signal(number, SIG_IGN) }
    // Whatever else is printed must not come between the messages.
    let messages = dup(STDOUT_FILENO)
    _ = fcntl(messages, F_SETFD, FD_CLOEXEC)
    dup2(STDERR_FILENO, STDOUT_FILENO)
    BatchHost(
      executor: try VideoJobExecutor(), commands: STDIN_FILENO, messages: messages
    ).serve()
    // Jobs may be in work, and what they hold is theirs to lose: finished segments are on disk.
    _exit(0)
  }
}
