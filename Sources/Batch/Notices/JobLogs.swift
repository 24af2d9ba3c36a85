import Foundation
import Glibc
import MediaTypes

/// One text file a job, with a line for whatever happens to it; kept from run to run.
final class JobLogs {
  private let files: LedgerFiles
  private let clock: () -> Date
  private var hasFailed = false
  /// Hears once, in one line, when logs can't be written: jobs go on without.
  private let complain: (String) -> Void

  init(
    _ files: LedgerFiles, clock: @escaping () -> Date = { .now },
    complain: @escaping (String) -> Void
  ) {
    self.files = files
    self.clock = clock
    self.complain = complain
  }

  /// Local time with its distance from UTC, as `2026-01-31T21:05:07+01:00`.
  private static let timeStyle = Date.ISO8601FormatStyle(timeZone: .current)
    .year().month().day().time(includingFractionalSeconds: false).timeZone(separator: .colon)

  func write(_ text: String, job: String, manifest: String) {
    let path = files.log(ofJob: job, manifest: manifest)
    let time = clock().formatted(Self.timeStyle)
    let lines = text.split(whereSeparator: \.isNewline).map { "\(time) \($0)\n" }
    if !Self.append(lines.joined(), to: path), !hasFailed {
      hasFailed = true
      complain("\(path): logs can't be written (\(String(cString: strerror(errno))))")
    }
  }

  private static func append(_ text: String, to path: String) -> Bool {
    let folder = FilePath.folder(of: path)
    if access(folder, F_OK) != 0 { mkdir(folder, 0o755) }
    let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    let bytes = Array(text.utf8)
    return Glibc.write(descriptor, bytes, bytes.count) == bytes.count
  }
}

/// Where the jobs' process writes what it has to say on its way: kept, and quoted in the logs of the jobs that it dies with.
final class HostLog: Sendable {
  private let path: String
  private let descriptor: Int32

  init(_ files: LedgerFiles) {
    let folder = "\(files.folder)/logs"
    if access(folder, F_OK) != 0 { mkdir(folder, 0o755) }
    path = "\(folder)/jobs-process.log"
    descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// The descriptor for a new process, which begins with an empty file.
  func begin() -> Int32 {
    guard descriptor >= 0 else { return STDERR_FILENO }
    ftruncate(descriptor, 0)
    return descriptor
  }

  /// The end of what the last process wrote.
  var tail: String {
    guard descriptor >= 0 else { return "" }
    let length = 16_384
    let size = Int(lseek(descriptor, 0, SEEK_END))
    var bytes = [UInt8](repeating: 0, count: length)
    let count = pread(descriptor, &bytes, length, max(0, size - length))
    return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : ""
  }
}
