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
///
/// Signals are watched as long as the value lives.
public final class SignalWatch {
  private let receiver = SignalReceiver()
  private let sources: [any DispatchSourceSignal]

  /// Starts watching.
  ///
  /// SIGPIPE is ignored from here on, so that a closed pipe is an error and not a death.
  public init() {
    signal(SIGPIPE, SIG_IGN)
    let receiver = receiver
    sources = [SIGINT, SIGTERM, SIGHUP].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(
        signal: number, queue: .global(qos: .userInteractive))
      source.setEventHandler { receiver.receive(number) }
      source.resume()
      return source
    }
  }

  /// Raised by the first signal.
  public var cancellation: Cancellation { receiver.cancellation }

  /// What the signal that came means for the program's exit; nil when none came.
  public var interruption: Interruption? {
    switch receiver.first.load(ordering: .acquiring) {
    case 0: nil
    case SIGINT: Interruption(exitCode: .interrupted)
    default: Interruption(exitCode: .terminated)
    }
  }
}

/// Remembers the first signal and leaves at the second.
private final class SignalReceiver: Sendable {
  let cancellation = Cancellation()
  let first = Atomic<Int32>(0)

  func receive(_ number: Int32) {
    let isFirst = first.compareExchange(
      expected: 0, desired: number, ordering: .acquiringAndReleasing
    ).exchanged
    guard isFirst else { _exit(128 + number) }
    cancellation.cancel()
  }
}
