import Dispatch
import Glibc
public import LipSync
public import MediaTypes
import Synchronization

/// The run was stopped by a signal; nothing was left behind.
public struct Interruption: AvatarError, Equatable {
  public let exitCode: ExitCode
  public var description: String { "interrupted" }
}

/// Turns Ctrl-C and SIGTERM into a cancellation; a second signal ends the program at once.
public final class SignalWatch: Sendable {
  public let cancellation = Cancellation()
  private let received = Atomic<Int32>(0)
  private let sources = Mutex<[any DispatchSourceSignal]>([])

  /// Starts watching. SIGPIPE is ignored from here on, so that a closed pipe is an error and not a death.
  public init() {
    signal(SIGPIPE, SIG_IGN)
    for number in [SIGINT, SIGTERM, SIGHUP] {
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(
        signal: number, queue: .global(qos: .userInteractive))
      source.setEventHandler { [self] in handle(number) }
      source.resume()
      sources.withLock { $0.append(source) }
    }
  }

  /// What the signal that came means for the program's exit; nil when none came.
  public var interruption: Interruption? {
    switch received.load(ordering: .acquiring) {
    case 0: nil
    case SIGINT: Interruption(exitCode: .interrupted)
    default: Interruption(exitCode: .terminated)
    }
  }

  private func handle(_ number: Int32) {
    let first = received.compareExchange(
      expected: 0, desired: number, ordering: .acquiringAndReleasing
    ).exchanged
    guard first else { _exit(128 + number) }
    cancellation.cancel()
  }
}
