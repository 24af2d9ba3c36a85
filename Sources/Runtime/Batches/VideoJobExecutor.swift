public import Batch
import Compute
import Digests
import Foundation
import Glibc
import LipSync
import Media
import MediaTypes

/// Does the jobs of batches: each step as the command of its name does it, with networks that stay loaded from job to job.
public final class VideoJobExecutor: JobExecutor {
  public let kinds: [JobKind]
  private let resources = SpeakResources()
  /// How long to wait for another process that writes the same output: after a runner was killed, its jobs' process may live for a
  /// moment.
  private let patienceSeconds: Double

  /// - Throws: `RuntimeError` when the embedded presenters can't be read (a broken build).
  public init(patienceSeconds: Double = 20) throws {
    kinds = try JobKinds.all()
    self.patienceSeconds = patienceSeconds
  }

  public func identity(of job: JobSpecification) throws -> String {
    try VideoJob(job).identity {
      try resources.device(threads: 1).resolve($0.forComputing)
    }
  }

  public func inputs(of job: JobSpecification) throws -> [String] { try VideoJob(job).inputs() }

  public func measure(_ job: JobSpecification) throws -> JobSize { try VideoJob(job).size() }

  public func run(_ job: JobSpecification, context: JobContext) throws -> JobResult {
    let video = try VideoJob(job)
    try OutputPath.createFolder(of: job.output)
    try OutputPath.check(
      job.output, force: true, inputs: video.inputs(), namedBy: .manifest)
    if video.wantsContactSheet {
      try ContactSheet.check(
        of: job.output, replaces: true, inputs: video.inputs(), namedBy: .manifest)
    }
    let attempt = JobAttempt(context)
    defer { attempt.end() }
    return try patiently(attempt) {
      if let made = try madeBefore(job, context) { return made }
      let frameCount = try make(video, context, attempt)
      try complete(job)
      return try attempt.result(output: job.output, frameCount: frameCount)
    }
  }

  /// Does the steps of a job and returns the output's frames.
  private func make(
    _ video: VideoJob, _ context: JobContext, _ attempt: JobAttempt
  ) throws -> Int {
    guard var speak = video.speak else {
      guard var generate = video.generate else { return 0 }
      generate.provenance.jobKey = context.key
      generate.replacesOutput = context.replacesOutput
      generate.keepsUnfinishedWork = true
      return try GenerateJob(generate, cancellation: attempt.cancellation)
        .run { attempt.handle($0) }.frames
    }
    speak.provenance.jobKey = context.key
    speak.replacesOutput = context.replacesOutput
    speak.keepsUnfinishedWork = true
    speak.keepsForeignFiles = true
    speak.rememberReplacedFile()
    guard let generate = video.generate else {
      return try SpeakJob(speak, resources: resources, cancellation: attempt.cancellation)
        .run { attempt.handle($0) }.frames
    }
    return try TalkingJob(
      generate, speak, key: context.key, resources: resources, cancellation: attempt.cancellation
    ).run { attempt.handle($0) }.frames
  }

  /// What an earlier run made of just this job, when the ledger doesn't know of it: the runner was killed, or the ledger is
  /// new.
  ///
  /// - Throws: `RuntimeError` 73 when what lies there is something else.
  private func madeBefore(_ job: JobSpecification, _ context: JobContext) throws -> JobResult? {
    guard !context.replacesOutput, access(job.output, F_OK) == 0 else { return nil }
    guard let found = finishedOutput(at: job.output), found.key == context.key else {
      throw RuntimeError.cannotCreate(
        "output \(job.output): is there and was not made by this batch: move it away, or name "
          + "another output")
    }
    try complete(job)
    discard(job)
    var result = JobResult(
      sha256: found.sha256, byteCount: found.byteCount, frameCount: found.frameCount, warnings: [])
    result.wasFound = true
    return result
  }

  public func complete(_ job: JobSpecification) throws {
    let video = try VideoJob(job)
    guard video.wantsContactSheet || video.speak?.captions != nil else { return }
    let lock = try OutputLock(job.output, patienceSeconds: patienceSeconds)
    for companion in companions(of: job) { removeUnfinishedFiles(of: companion.path) }
    defer { lock.release() }
    if var speak = video.speak {
      speak.keepsForeignFiles = true
      try captions(of: video)?.writeSidecar(speak)
    }
    if video.wantsContactSheet {
      // One of an earlier video of this name gives way; whatever else has come there meanwhile does not.
      let isOwn = jobKey(at: ContactSheet.path(of: job.output)) != nil
      try ContactSheet.write(of: job.output, replaces: isOwn)
    }
  }

  public func companions(of job: JobSpecification) -> [Companion] {
    guard let video = try? VideoJob(job) else { return [] }
    let copy = try? captions(of: video)?.copyPath
    return [
      video.wantsContactSheet
        ? Companion(path: ContactSheet.path(of: job.output), name: "contact sheet") : nil,
      copy.map { Companion(path: $0, name: "copy of captions") },
    ].compactMap(\.self)
  }

  public func maker(of companion: Companion, beside job: JobSpecification) -> Companion.Maker {
    if let captions = try? captions(of: VideoJob(job)), companion.path == (try? captions.copyPath) {
      return captions.maker(ofCopy: companion.path)
    }
    return jobKey(at: companion.path).map { .job(key: $0) } ?? .unknown
  }

  private func captions(of video: VideoJob) throws -> SpeakCaptions? {
    try video.speak?.captions.map { try SpeakCaptions($0, output: video.output) }
  }

  public func jobKey(at path: String) -> String? {
    ContactSheet.jobKey(at: path) ?? (try? probe(path))?.tag(OutputTags.jobKey)
  }

  public func finishedOutput(at path: String) -> FoundOutput? {
    guard let info = try? probe(path), [.video, .still].contains(info.kind), !info.isCutOff,
      let key = info.tag(OutputTags.jobKey),
      let frameCount = info.frameCount ?? Self.frameCount(info),
      let sha256 = try? SHA256.digest(ofFile: path),
      let byteCount = try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
    else { return nil }
    return FoundOutput(
      path: path, key: key, sha256: sha256, byteCount: byteCount, frameCount: frameCount)
  }

  /// WebM says how long a video is, not how many frames it has.
  private static func frameCount(_ info: SourceInfo) -> Int? {
    if info.kind == .still { return 1 }
    guard let seconds = info.durationSeconds, let rate = info.averageRate else { return nil }
    return Int((seconds * rate.value).rounded())
  }

  public func discard(_ job: JobSpecification) {
    WorkFolder.discard(output: job.output)
    GeneratedFace.discard(output: job.output)
  }

  private func patiently<Value>(_ attempt: JobAttempt, _ body: () throws -> Value) throws -> Value {
    let start = ContinuousClock.now
    while true {
      do {
        return try body()
      } catch is CancelledError {
        throw JobStopped()
      } catch let error as RuntimeError where error.exitCode == .tryAgainLater {
        guard ContinuousClock.now - start < .seconds(patienceSeconds),
          !attempt.cancellation.stopsAfterSegment
        else { throw error }
        Thread.sleep(forTimeInterval: 0.1)
      }
    }
  }
}
