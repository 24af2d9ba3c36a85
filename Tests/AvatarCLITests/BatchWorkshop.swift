import Batch
import Foundation
import Glibc
import TestSupport
import Testing

/// A folder with a manifest of small jobs, and runs of `avatar batch` in it.
struct BatchWorkshop {
  let folder: TemporaryFolder
  private let ending: String
  static let ledger = "state/ledger.sqlite"

  /// Jobs by name with the seconds of their sound; `defaults` is JSON for the manifest, `speak` for its options.
  ///
  /// Pictures are colour bars, 15 a second: nothing is painted, so a segment takes moments, and a job of 40 s still seconds.
  init(
    _ jobs: [(name: String, seconds: Int)], defaults: String = "", speak: String = "",
    ending: String = "mp4"
  ) throws {
    self.ending = ending
    folder = try TemporaryFolder()
    try folder.run(
      "ffmpeg",
      ["-v", "error", "-f", "lavfi", "-i", "testsrc=s=640x480", "-frames:v", "1", "bars.png"])
    for seconds in Set(jobs.map(\.seconds)) {
      try folder.run(
        "ffmpeg",
        [
          "-v", "error", "-f", "lavfi", "-i", "sine=220:sample_rate=16000", "-t", "\(seconds)",
          "\(seconds).wav",
        ])
    }
    let list = jobs.map { job in
      """
      {"name": "\(job.name)", "output": "out/\(job.name).\(ending)",
       "speak": {"audio": "\(job.seconds).wav", "avatar": "bars.png", "fps": 15}}
      """
    }
    let text = """
      {"version": 1, "defaults": {"speak": {"threads": 1\(speak)}\(defaults.isEmpty ? "" : ", " + defaults)},
       "jobs": [\(list.joined(separator: ",\n"))]}
      """
    try folder.write(Array(text.utf8), to: "batch.json")
  }

  /// `batch run` with `more` options.
  static func arguments(_ more: [String] = []) -> [String] {
    ["batch", "run", "batch.json", "--ledger", ledger, "--quiet", "--min-free", "1M"] + more
  }

  @discardableResult
  func run(_ more: [String] = []) throws -> CommandRun {
    try CommandRun.run(Self.arguments(more), in: folder.url)
  }

  func start(_ more: [String] = []) throws -> StartedRun {
    try StartedRun(Self.arguments(more), in: folder)
  }

  /// Runs a shell script in a mount namespace of its own; `$AVATAR` is `batch run` as in `run`.
  func runMounted(_ script: String) throws -> CommandRun {
    let avatar = ([try #require(CommandRun.binary)] + Self.arguments()).joined(separator: " ")
    return try CommandRun.run(
      ["-m", "sh", "-c", script], binary: "/usr/bin/unshare", in: folder.url,
      environment: ["AVATAR": avatar])
  }

  /// Whether tests may mount file systems.
  static let mayMount: Bool = {
    let run = try? CommandRun.run(
      ["-m", "sh", "-c", "mount -t tmpfs tmpfs /mnt"], binary: "/usr/bin/unshare")
    return run?.status == 0
  }()

  var reader: LedgerReader { get throws { try LedgerReader(files) } }
  private var files: LedgerFiles { LedgerFiles(ledger: folder.file(Self.ledger)) }

  var counts: [JobState: Int] { get throws { try reader.status().counts } }

  func attempts(_ job: String) throws -> [AttemptSummary] {
    try reader.histories(ofJob: job).flatMap(\.attempts)
  }

  /// Outputs by name.
  var outputs: [String: Data] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.file("out"))) ?? []
    return Dictionary(
      uniqueKeysWithValues: names.map {
        ($0, FileManager.default.contents(atPath: folder.file("out/\($0)")) ?? Data())
      })
  }

  /// The outputs of the same batch when nothing disturbs it.
  func undisturbed() throws -> [String: Data] {
    let other = try TemporaryFolder()
    for name in folder.names where name.contains(".") {
      try FileManager.default.copyItem(atPath: folder.file(name), toPath: other.file(name))
    }
    let run = try CommandRun.run(Self.arguments(), in: other.url)
    try #require(run.status == 0, "\(run.standardError)")
    let names = try FileManager.default.contentsOfDirectory(atPath: other.file("out"))
    return Dictionary(
      uniqueKeysWithValues: names.map {
        ($0, FileManager.default.contents(atPath: other.file("out/\($0)")) ?? Data())
      })
  }

  /// Whether a segment of `job` has its final name.
  func hasSegment(_ job: String) -> Bool {
    let path = folder.file("out/.\(job).\(ending).avatar-work")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return names.contains { $0.hasPrefix("segment-") && $0.count > 64 }
  }

  /// Whether `run` is at a segment of `job`.
  func hasUnfinishedSegment(_ job: String, of run: StartedRun) -> Bool {
    let path = folder.file("out/.\(job).\(ending).avatar-work")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    let hosts = run.hosts
    return names.contains { name in
      name.hasPrefix(".segment-") && hosts.contains { name.hasSuffix(".\($0).part") }
    }
  }

  func has(_ output: String) -> Bool {
    FileManager.default.fileExists(atPath: folder.file("out/\(output)"))
  }
}

/// A run of `avatar` that a test disturbs.
final class StartedRun {
  private let process = Process()
  private let errors: String

  init(_ arguments: [String], in folder: TemporaryFolder) throws {
    process.executableURL = URL(fileURLWithPath: try #require(CommandRun.binary))
    process.arguments = arguments
    process.currentDirectoryURL = folder.url
    errors = folder.file("errors.log")
    try folder.write([], to: "errors.log")
    process.standardError = FileHandle(forWritingAtPath: errors)
    process.standardOutput = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    try process.run()
  }

  deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

  var identifier: Int32 { process.processIdentifier }
  var isRunning: Bool { process.isRunning }
  func signal(_ number: Int32) { kill(identifier, number) }

  /// Waits for the end and gives the exit code, or the negative number of a deadly signal.
  func wait() -> Int32 {
    process.waitUntilExit()
    return process.terminationReason == .exit
      ? process.terminationStatus : -process.terminationStatus
  }

  var standardError: String {
    String(decoding: FileManager.default.contents(atPath: errors) ?? Data(), as: UTF8.self)
  }

  /// Waits until `condition` holds; false when the run ended or a minute passed before.
  func waits(for condition: () throws -> Bool) rethrows -> Bool {
    let end = ContinuousClock.now + .seconds(60)
    while process.isRunning, ContinuousClock.now < end {
      if try condition() { return true }
      usleep(2000)
    }
    return false
  }

  /// The processes that do its jobs.
  var hosts: [Int32] {
    let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return entries.compactMap { Int32($0) }.filter { Self.status($0)?.parent == identifier }
  }

  static func isAlive(_ process: Int32) -> Bool { status(process).map { $0.state != "Z" } ?? false }

  private static func status(_ process: Int32) -> (state: String, parent: Int32)? {
    guard let data = FileManager.default.contents(atPath: "/proc/\(process)/stat") else {
      return nil
    }
    let text = String(decoding: data, as: UTF8.self)
    guard let parenthesis = text.lastIndex(of: ")") else { return nil }
    let fields = text[parenthesis...].split(separator: " ")
    guard fields.count > 2, let parent = Int32(fields[2]) else { return nil }
    return (String(fields[1]), parent)
  }
}
