import ArgumentParser
import Batch
import Foundation
import Glibc
import MediaTypes
import Runtime

/// Shows a status again and again until no job is left: as a table that is drawn over itself on a terminal, as lines elsewhere.
struct StatusWatch {
  let json: Bool
  let look: () throws -> StatusReport
  private let isTerminal = isatty(STDOUT_FILENO) == 1

  init(json: Bool, look: @escaping () throws -> StatusReport) {
    self.json = json
    self.look = look
  }

  /// - Throws: the exit code of an interruption after Ctrl-C, and what `look` throws, but for a ledger that is busy.
  func run() throws {
    let signals = DrainWatch()
    let draws = isTerminal && !json
    if draws { try put("\u{1B}[?25l") }
    defer { if draws { try? put("\u{1B}[?25h") } }
    var (height, last) = (0, "")
    while true {
      if let report = try lookUnlessBusy() {
        if json {
          try JSONOutput.writeLine(report)
        } else if draws {
          height = try draw(report.lines, over: height)
        } else if report.changes != last {
          try StandardStreams.printLine(report.changes)
          last = report.changes
        }
        if report.left == 0 { return }
      }
      if !hasReader { return }
      for _ in 0..<10 {
        if let interruption = signals.interruption {
          throw ArgumentParser.ExitCode(interruption.exitCode.rawValue)
        }
        Thread.sleep(forTimeInterval: 0.1)
      }
    }
  }

  /// Whether somebody may still read stdout: a pipe's end that is closed shows here before anything is written.
  private var hasReader: Bool {
    var stream = pollfd(fd: STDOUT_FILENO, events: 0, revents: 0)
    return poll(&stream, 1, 0) == 0 || stream.revents & Int16(POLLERR) == 0
  }

  private func lookUnlessBusy() throws -> StatusReport? {
    do {
      return try look()
    } catch LedgerError.busy {
      return nil
    }
  }

  /// Draws lines over the `height` ones drawn before and returns how many there are now.
  private func draw(_ lines: [String], over height: Int) throws -> Int {
    var size = winsize()
    let isKnown = ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
    let (columns, rows) = isKnown ? (Int(size.ws_col), Int(size.ws_row)) : (80, 24)
    let shown = lines.prefix(max(rows - 1, 1)).map { String($0.prefix(columns - 1)) }
    let text = shown.map { "\($0)\u{1B}[K\n" }.joined()
    try put("\(height > 0 ? "\u{1B}[\(height)A" : "")\r\(text)\u{1B}[J")
    return shown.count
  }

  private func put(_ text: String) throws { try StandardStreams.write(Data(text.utf8)) }
}

extension StatusReport {
  /// What is worth a line when it changes.
  fileprivate var changes: String {
    let names = running.map(\.job).joined(separator: ", ")
    return countsLine + (names.isEmpty ? "" : Amount.plain("; in work: \(names)"))
  }
}
