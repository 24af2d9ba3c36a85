import Foundation
import Glibc
import MediaTypes
import Runtime

/// The command's streams: results on stdout, everything else on stderr.
enum StandardStreams {
  /// Fills the places of streams that the caller closed, so that no file of ours takes their numbers.
  static func fillClosed() {
    // Opened the wrong way round: using them stays an error.
    for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO]
    where fcntl(descriptor, F_GETFD) < 0 {
      _ = open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
    }
  }

  /// Writes a line of the result.
  ///
  /// - Throws: `RuntimeError`, 74 where stdout is closed or full.
  static func printLine(_ text: String) throws { try write(Data("\(text)\n".utf8)) }

  /// Writes bytes of the result.
  ///
  /// - Throws: `RuntimeError`, 74 where stdout is closed or full.
  static func write(_ data: Data) throws {
    var rest = data[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else {
        let reason = String(cString: strerror(errno))
        throw RuntimeError(
          "the result can't be written (\(reason)), stdout: give it an open pipe or file",
          exitCode: .inputOutputError)
      }
      rest = rest.dropFirst(count)
    }
  }

  /// Tells the user something on stderr, as far as somebody listens.
  static func tell(_ text: String) {
    try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
  }
}
