import Digests
import Foundation
import Glibc
import MediaTypes
import Synchronization

@testable import Batch

/// A folder with a ledger, a clock that tests set, and jobs that copy their input.
final class LedgerWorkshop: Sendable {
  let folder: String
  private let isOwner: Bool
  let clock = SettableClock()
  let executor = CopyingExecutor()

  /// The folder lies in memory where that can be, since each commit waits for the disk.
  init(place: String = LedgerWorkshop.memory) {
    folder = "\(place)/ledger-\(UUID().uuidString)"
    isOwner = true
    try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  /// Works in the folder of another workshop, which removes it in the end.
  init(existing folder: String) {
    self.folder = folder
    isOwner = false
  }

  static let memory =
    access("/dev/shm", W_OK) == 0 ? "/dev/shm" : FileManager.default.temporaryDirectory.path

  deinit { if isOwner { try? FileManager.default.removeItem(atPath: folder) } }

  var files: LedgerFiles { LedgerFiles(ledger: file("batch/ledger.sqlite")) }

  func file(_ name: String) -> String { "\(folder)/\(name)" }

  func open(limits: QuarantineLimits = QuarantineLimits(), seed: UInt64 = 1) throws -> Ledger {
    try Ledger(
      lock: try LedgerLock(files, command: "test"), clock: clock.clock, limits: limits,
      generator: SplitMix64(state: seed))
  }

  /// Writes a file and returns its path.
  @discardableResult
  func write(_ name: String, _ text: String) throws -> String {
    let path = file(name)
    try text.write(toFile: path, atomically: false, encoding: .utf8)
    return path
  }

  /// A job that copies `input` to the output of its own name.
  func job(
    _ name: String, input: String? = nil, setting: String = "", needs: [String] = [],
    priority: Int = 0, retries: RetryPolicy = RetryPolicy()
  ) -> JobSpecification {
    var options: [String: OptionValue] = ["setting": .text(setting)]
    if let input { options["input"] = .text(file(input)) }
    var job = JobSpecification(
      name: name, steps: [JobStep(kind: "copy", options: options)], output: file("\(name).out"))
    job.needs = needs
    job.priority = priority
    job.retries = retries
    return job
  }

  @discardableResult
  func enqueue(
    _ ledger: Ledger, _ jobs: [JobSpecification], manifest: String = "/m.yaml",
    verifies: Bool = false, forces: Bool = false
  ) throws -> EnqueueReport {
    let manifest = ExpandedManifest(path: manifest, digest: "d", jobs: jobs)
    let plan = try ledger.plan(
      manifest, executor: executor, verifies: verifies, forces: forces)
    return try ledger.enqueue(plan)
  }

  /// The next claim, past jobs that need no work; nil when nothing can start.
  func claim(_ ledger: Ledger, suspectsOnly: Bool = false) throws -> ClaimedAttempt? {
    while true {
      let result = try ledger.claim(
        worker: "w", leaseSeconds: 30, executor: executor, suspectsOnly: suspectsOnly)
      switch result {
      case .claimed(let claim): return claim
      case .settled: continue
      case .nothing: return nil
      }
    }
  }

  /// Does a claimed job, honestly.
  @discardableResult
  func finish(_ ledger: Ledger, _ claim: ClaimedAttempt) throws -> JobOutcome {
    let result = try executor.make(claim.specification, key: claim.key)
    return try ledger.end(
      claim.attempt, .succeeded(result),
      size: JobSize(seconds: 1, frameCount: 25, pixelsPerFrame: 100))
  }

  /// Does everything that can start, and returns the names in order.
  func drain(_ ledger: Ledger) throws -> [String] {
    var names: [String] = []
    while let claim = try claim(ledger) {
      try finish(ledger, claim)
      names.append(claim.specification.name)
    }
    return names
  }

  func states(_ ledger: Ledger, manifest: String? = nil) throws -> [String: JobState] {
    let jobs = try ledger.reader.jobs(manifest: manifest)
    return Dictionary(jobs.map { ($0.name, $0.state) }, uniquingKeysWith: { _, last in last })
  }

  func state(_ ledger: Ledger, _ name: String) throws -> JobState? {
    try states(ledger)[name]
  }

  func fail(_ ledger: Ledger, _ claim: ClaimedAttempt, exitCode: Int32 = 74) throws -> JobOutcome {
    try ledger.end(
      claim.attempt, .failed(JobFailure(exitCode: exitCode, message: "it broke")))
  }
}

/// A clock that stands still until it is set.
final class SettableClock: Sendable {
  private let moment = Mutex(
    Moment(
      boot: "boot 1", monotonicNanoseconds: 1_000_000_000_000,
      wallSeconds: Date().timeIntervalSince1970 + 1000))

  var clock: BatchClock { BatchClock { self.moment.withLock { $0 } } }

  func advance(_ seconds: Double) {
    moment.withLock {
      $0.monotonicNanoseconds += Int(seconds * 1e9)
      $0.wallSeconds += seconds
    }
  }

  /// Starts the machine anew: the monotonic clock begins at zero.
  func reboot() {
    moment.withLock {
      $0.boot += "+"
      $0.monotonicNanoseconds = 5_000_000_000
    }
  }

  func jumpWall(_ seconds: Double) { moment.withLock { $0.wallSeconds += seconds } }
}

/// Repeatable random numbers.
struct SplitMix64: RandomNumberGenerator, Sendable {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}

/// Copies its input, with its setting, to its output.
struct CopyingExecutor: JobExecutor {
  struct Missing: AvatarError {
    let exitCode = ExitCode.modelNotInstalled
    let description = "model X isn't installed: install it"
  }

  let kinds = [JobKind(name: "copy", summary: "Copies.", options: [])]

  func identity(of job: JobSpecification) throws -> String {
    let setting = text(job, "setting")
    if setting == "impossible" { throw Missing() }
    return "copy 1 \(setting)"
  }

  func inputs(of job: JobSpecification) throws -> [String] {
    let input = text(job, "input")
    return input.isEmpty ? [] : [input]
  }

  func measure(_ job: JobSpecification) throws -> JobSize {
    JobSize(seconds: 1, frameCount: 25, pixelsPerFrame: 100)
  }

  func run(_ job: JobSpecification, context: JobContext) throws -> JobResult {
    try make(job, key: context.key)
  }
  func complete(_ job: JobSpecification) throws {}

  func companions(of job: JobSpecification) -> [Companion] {
    job.makesContactSheet ? [Companion(path: "\(job.output).sheet", name: "contact sheet")] : []
  }

  func maker(of companion: Companion, beside job: JobSpecification) -> Companion.Maker {
    jobKey(at: companion.path).map { .job(key: $0) } ?? .unknown
  }

  /// What the last line says, `key ...`.
  func jobKey(at path: String) -> String? {
    let line = (try? String(contentsOfFile: path, encoding: .utf8))?.split(separator: "\n").last
    return line.flatMap { $0.hasPrefix("key ") ? String($0.dropFirst(4)) : nil }
  }

  func discard(_ job: JobSpecification) {}

  /// An output that names the key it was made under, as `FoundOutput` has it.
  func finishedOutput(at path: String) -> FoundOutput? {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8), text.hasPrefix("key ")
    else { return nil }
    return FoundOutput(
      path: path, key: String(text.dropFirst(4)), sha256: SHA256.digest(of: text),
      byteCount: text.utf8.count, frameCount: 25)
  }

  func make(_ job: JobSpecification, key: String) throws -> JobResult {
    let input = text(job, "input")
    let content =
      input.isEmpty
      ? "" : String(decoding: FileManager.default.contents(atPath: input) ?? Data(), as: UTF8.self)
    let made = "\(content) \(text(job, "setting"))\nkey \(key)"
    try made.write(toFile: job.output, atomically: true, encoding: .utf8)
    return JobResult(
      sha256: SHA256.digest(of: made), byteCount: made.utf8.count, frameCount: 25, warnings: [])
  }

  private func text(_ job: JobSpecification, _ key: String) -> String {
    guard case .text(let text) = job.steps[0].options[key] else { return "" }
    return text
  }
}
