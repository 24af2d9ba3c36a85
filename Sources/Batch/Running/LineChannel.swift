import Foundation
import Glibc
import Synchronization

/// Writes values as lines of JSON to a file descriptor, whole lines even from several threads.
final class LineWriter: Sendable {
  private let descriptor: Mutex<Int32>

  /// Takes over `descriptor` and closes it with itself.
  init(descriptor: Int32) { self.descriptor = Mutex(descriptor) }

  deinit { descriptor.withLock { if $0 >= 0 { _ = Glibc.close($0) } } }

  /// Writes one line; false when the other end is gone.
  @discardableResult
  func write(_ value: some Encodable) -> Bool {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .withoutEscapingSlashes
    guard var line = try? encoder.encode(value) else { return false }
    line.append(UInt8(ascii: "\n"))
    return descriptor.withLock { descriptor in
      descriptor >= 0 && line.withUnsafeBytes { writeAll($0, to: descriptor) }
    }
  }

  /// Closes the channel: the reader sees its end.
  func close() {
    descriptor.withLock { descriptor in
      if descriptor >= 0 { _ = Glibc.close(descriptor) }
      descriptor = -1
    }
  }

  private func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Bool {
    var done = 0
    while done < bytes.count {
      let count = Glibc.write(descriptor, bytes.baseAddress! + done, bytes.count - done)
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return false }
      done += count
    }
    return true
  }
}

/// Collects bytes of a file descriptor into lines.
struct LineReader {
  private let descriptor: Int32
  private var pending = Data()

  init(descriptor: Int32) { self.descriptor = descriptor }

  /// Reads what is there, waiting for at least one byte, and returns the lines that became whole; nil at the end.
  mutating func readLines() -> [Data]? {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    var count = read(descriptor, &buffer, buffer.count)
    while count < 0 && errno == EINTR { count = read(descriptor, &buffer, buffer.count) }
    guard count > 0 else { return nil }
    pending.append(contentsOf: buffer[..<count])
    var lines = pending.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    pending = Data(lines.removeLast())
    return lines.filter { !$0.isEmpty }.map { Data($0) }
  }
}
