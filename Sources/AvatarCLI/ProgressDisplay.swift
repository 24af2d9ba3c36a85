import Foundation
import Glibc
import Runtime
import Synchronization

/// Shows progress on stderr: a bar with rate and time left on a terminal, a line a stage elsewhere.
final class ProgressDisplay: Sendable {
  /// What steps count.
  enum Unit {
    case frames, steps, bytes

    func text(_ count: Int) -> String {
      self == .bytes ? "\(count / 1_000_000)" : "\(count)"
    }

    /// After a number as `text` gives it.
    func name(_ count: Int) -> String {
      switch self {
      case .frames: count == 1 ? "frame" : "frames"
      case .steps: count == 1 ? "step" : "steps"
      case .bytes: "MB"
      }
    }

    func rate(_ perSecond: Double) -> String {
      String(format: "%.1f \(name(2))/s", self == .bytes ? perSecond / 1e6 : perSecond)
    }
  }

  private struct State {
    var stage = ""
    var total = 0
    var unit = Unit.frames
    var started = ContinuousClock.now
    var drawn = ContinuousClock.now - .seconds(1)
    var isLineOpen = false
  }

  private let state = Mutex(State())
  private let isQuiet: Bool
  private let isTerminal = isatty(STDERR_FILENO) == 1

  init(quiet: Bool) { isQuiet = quiet }

  func handle(_ event: ProgressEvent) {
    state.withLock { state in
      switch event {
      case .warning(let text):
        closeLine(&state)
        write("avatar: warning: \(text)\n")
      case .stage(let name, let total, let unit):
        begin(name, total: total, in: unit == .frames ? .frames : .steps, &state)
      case .step(let done): step(done, &state)
      case .segment: break
      }
    }
  }

  /// Begins a part of the work whose steps are bytes; `total` is 0 where it isn't known.
  func beginBytes(_ name: String, total: Int) {
    state.withLock { begin(name, total: total, in: .bytes, &$0) }
  }

  private func begin(_ name: String, total: Int, in unit: Unit, _ state: inout State) {
    guard !isQuiet else { return }
    closeLine(&state)
    (state.stage, state.total, state.unit, state.started) = (name, total, unit, .now)
    guard !isTerminal else { return }
    write("avatar: \(name)\(total > 0 ? " (\(unit.text(total)) \(unit.name(total)))" : "")\n")
  }

  private func step(_ done: Int, _ state: inout State) {
    if !isQuiet && isTerminal { draw(done, &state) }
  }

  /// Ends the bar's line, so that other text can follow.
  func close() { state.withLock { closeLine(&$0) } }

  private func draw(_ done: Int, _ state: inout State) {
    let now = ContinuousClock.now
    guard now - state.drawn > .milliseconds(100) || done == state.total else { return }
    state.drawn = now
    state.isLineOpen = true
    let seconds = max((now - state.started) / .seconds(1), 1e-3)
    let rate = Double(done) / seconds
    let unit = state.unit
    guard state.total > 0 else {
      return write("\r\(state.stage) \(unit.text(done))\u{1B}[K")
    }
    let filled = 24 * min(done, state.total) / state.total
    let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: 24 - filled)
    let left = Int((Double(state.total - done) / max(rate, 1e-3)).rounded())
    write(
      "\r\(state.stage) [\(bar)] \(unit.text(done))/\(unit.text(state.total))  \(unit.rate(rate))  "
        + "\(left / 60):\(String(format: "%02d", left % 60)) left\u{1B}[K")
  }

  private func closeLine(_ state: inout State) {
    if state.isLineOpen { write("\n") }
    state.isLineOpen = false
  }

  private func write(_ text: String) { StandardStreams.tell(text) }
}
