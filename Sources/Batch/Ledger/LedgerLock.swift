import Foundation
import Glibc
import MediaTypes

/// The right to run a ledger's jobs: an advisory lock that ends with the process, however that ends.
public final class LedgerLock: Sendable {
  public let files: LedgerFiles
  private let descriptor: Int32

  /// Takes the lock without waiting, creating the ledger's folder where it is missing.
  ///
  /// `command` is what this process does, as the person who meets the lock may know it. Throws `LedgerError.locked` while
  /// another process holds it, and `.cannotCreate` when the lock's file can't be made.
  public init(_ files: LedgerFiles, command: String, clock: BatchClock = .system)
    throws(LedgerError)
  {
    self.files = files
    let path = files.lock
    guard DurableFolder.create(files.folder) else {
      throw .cannotCreate(
        path: files.ledger, reason: "no folder \(files.folder): \(String(cString: strerror(errno)))"
      )
    }
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw .cannotCreate(path: path, reason: String(cString: strerror(errno)))
    }
    guard Self.take(descriptor) else {
      let isHeld = errno == EWOULDBLOCK
      let reason = String(cString: strerror(errno))
      let holder = Self.holder(path)
      close(descriptor)
      throw isHeld
        ? .locked(path: files.ledger, holder: holder) : .cannotCreate(path: path, reason: reason)
    }
    record(command, at: clock.now().wallSeconds)
  }

  deinit { close(descriptor) }

  /// Who holds the lock of a ledger; nil where nobody does, or none can be seen.
  ///
  /// As `process 1234 since 2025-03-30T01:30:00+01:00 (avatar batch run tonight.yaml)`.
  public static func holder(of files: LedgerFiles) -> String? {
    let descriptor = open(files.lock, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    guard flock(descriptor, LOCK_SH | LOCK_NB) != 0, errno == EWOULDBLOCK else { return nil }
    return holder(files.lock)
  }

  /// A look at who holds the lock takes it for a moment, which is no reason to give up.
  private static func take(_ descriptor: Int32) -> Bool {
    for _ in 0..<4 {
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return true }
      guard errno == EWOULDBLOCK else { return false }
      usleep(20_000)
    }
    return flock(descriptor, LOCK_EX | LOCK_NB) == 0
  }

  /// Writes who holds the lock: process, start, command, a line each.
  ///
  /// Nothing depends on it but the words of a message, so a full disk is no reason to stop here.
  private func record(_ command: String, at seconds: Double) {
    let line = command.split(whereSeparator: \.isNewline).joined(separator: " ")
    let text = Array("\(getpid())\n\(Self.readable(seconds))\n\(line)\n".utf8)
    guard ftruncate(descriptor, 0) == 0 else { return }
    _ = pwrite(descriptor, text, text.count, 0)
  }

  private static func holder(_ path: String) -> String {
    let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    let lines = text.split(separator: "\n").map(String.init)
    guard lines.count == 3 else { return "another process" }
    return "process \(lines[0]) since \(lines[1]) (\(lines[2]))"
  }

  private static func readable(_ seconds: Double) -> String {
    ISO8601DateFormatter.string(
      from: Date(timeIntervalSince1970: seconds), timeZone: .current,
      formatOptions: [.withInternetDateTime])
  }
}
