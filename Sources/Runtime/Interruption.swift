public import Batch
import Foundation
import Glibc
public import LipSync
public import MediaTypes
import Synchronization

/// The run was stopped by a signal.
public struct Interruption: AvatarError, Equatable {
  public let exitCode: ExitCode
  /// What became of the work so far, in a few words.
  public var aftermath = "nothing was left behind"
  public var description: String { "interrupted" }
}

/// Turns Ctrl-C and SIGTERM into a cancellation; a second signal ends the program at once.
///
/// Signals are watched as long as the value lives.
public final class SignalWatch {
  /// Raised by the first signal.
  public let cancellation = Cancellation()
  private let signals: SignalCount

  /// Starts watching.
  ///
  /// SIGPIPE is ignored from here on, so that a closed pipe is an error and not a death.
  public init() {
    let cancellation = cancellation
    signals = SignalCount { number, count in
      guard count == 1 else { _exit(128 + number) }
      cancellation.cancel()
    }
  }

  /// Whether a signal has come, for work that asks.
  public var isRaised: @Sendable () -> Bool {
    let cancellation = cancellation
    return { cancellation.isCancelled }
  }

  /// What the signal that came means for the program's exit; nil when none came.
  public var interruption: Interruption? { signals.interruption }
}

/// Counts signals for a run of many jobs: the first asks for an end after the segments in work, the second for an end at once,
/// a third ends the program.
public final class DrainWatch {
  private let signals: SignalCount

  /// Starts watching, as long as the value lives.
  public init() {
    signals = SignalCount { number, count in if count > 2 { _exit(128 + number) } }
  }

  public var stopRequest: StopRequest {
    switch signals.count {
    case 0: .none
    case 1: .afterSegment
    default: .now
    }
  }

  public var interruption: Interruption? { signals.interruption }
}

/// SIGINT, SIGTERM and SIGHUP, counted while the value lives.
///
/// A handler writes each signal to a pipe, which a thread reads: from the moment that this exists no signal is lost, as one would be
/// that came before a dispatch source was registered.
private final class SignalCount {
  private final class Received: Sendable {
    let count = Atomic<Int>(0)
    let first = Atomic<Int32>(0)
  }

  private static let numbers = [SIGINT, SIGTERM, SIGHUP]
  private let received = Received()

  /// `react` hears each signal's number and how many came so far, on a thread of its own.
  init(_ react: @escaping @Sendable (Int32, Int) -> Void) {
    signal(SIGPIPE, SIG_IGN)
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    let (received, reading) = (received, ends[0])
    Thread.detachNewThread {
      var number: UInt8 = 0
      while true {
        let count = read(reading, &number, 1)
        if count < 0 && errno == EINTR { continue }
        guard count == 1 else { break }
        _ = received.first.compareExchange(
          expected: 0, desired: Int32(number), ordering: .acquiringAndReleasing)
        react(
          Int32(number), received.count.add(1, ordering: .acquiringAndReleasing).newValue)
      }
      close(reading)
    }
    signalPipe.store(ends[1], ordering: .releasing)
    var mask = sigset_t()
    sigemptyset(&mask)
    for number in Self.numbers {
      sigaddset(&mask, number)
      signal(number) { number in
        var byte = UInt8(truncatingIfNeeded: number)
        let before = errno
        _ = write(signalPipe.load(ordering: .acquiring), &byte, 1)
        errno = before
      }
    }
    // Some parents hand down signals blocked.
    pthread_sigmask(SIG_UNBLOCK, &mask, nil)
  }

  deinit {
    for number in Self.numbers { signal(number, SIG_DFL) }
    close(signalPipe.exchange(-1, ordering: .acquiringAndReleasing))
  }

  var count: Int { received.count.load(ordering: .acquiring) }

  var interruption: Interruption? {
    switch received.first.load(ordering: .acquiring) {
    case 0: nil
    case SIGINT: Interruption(exitCode: .interrupted)
    default: Interruption(exitCode: .terminated)
    }
  }
}

/// Where handlers of signals write; a process watches signals once at a time.
private let signalPipe = Atomic<Int32>(-1)
