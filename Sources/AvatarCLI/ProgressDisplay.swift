import Foundation
import Glibc
import Runtime
import Synchronization

/// Shows progress on stderr: a bar with rate and time left on a terminal, a line a stage elsewhere.
final class ProgressDisplay: Sendable {
  private struct State {
    var stage = ""
    var total = 0
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
      case .stage(let name, let total) where !isQuiet:
        closeLine(&state)
        (state.stage, state.total, state.started) = (name, total, .now)
        if !isTerminal { write("avatar: \(name)\(total > 0 ? " (\(total) frames)" : "")\n") }
      case .step(let done) where !isQuiet && isTerminal:
        draw(done, &state)
      default: break
      }
    }
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
    guard state.total > 0 else { return write("\r\(state.stage) \(done)\u{1B}[K") }
    let filled = 24 * done / state.total
    let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: 24 - filled)
    let left = Int((Double(state.total - done) / max(rate, 1e-3)).rounded())
    let rateText = String(format: "%.1f", rate)
    write(
      "\r\(state.stage) [\(bar)] \(done)/\(state.total)  \(rateText) frames/s  "
        + "\(left / 60):\(String(format: "%02d", left % 60)) left\u{1B}[K")
  }

  private func closeLine(_ state: inout State) {
    if state.isLineOpen { write("\n") }
    state.isLineOpen = false
  }

  private func write(_ text: String) { StandardStreams.tell(text) }
}
