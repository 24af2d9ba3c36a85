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
    let request = try request(job)
    let model = try SpeakModel(request)
    let precision = try resources.device(threads: 1).resolve(request.computePrecision)
    var lines = [
      "avatar \(Version.current) \(InstructionSet.name) \(precision)",
      "model \(try model.inputPath == nil ? model.identity() : "folder")",
      "presenter \(try presenter(request)?.name ?? "none")",
      try request.optionsKey,
    ]
    if request.provenance.recordsCommand {
      // The command in the metadata names the inputs.
      let folder = FilePath.folder(of: job.output)
      lines += try inputs(of: job).map { "input \(FilePath.relative($0, to: folder))" }
    }
    return lines.joined(separator: "\n")
  }

  public func inputs(of job: JobSpecification) throws -> [String] {
    let request = try request(job)
    let avatar = try presenter(request) == nil ? request.avatar : nil
    let model = try SpeakModel(request).inputPath
    return request.sounds
      + [
        avatar, model, request.museTalk.autoencoder, request.captions?.path,
      ].compactMap(\.self) + (request.speakers.isEmpty ? [] : request.facePictures)
  }

  private func seconds(of audio: String) throws -> Double {
    let sound = try probe(audio)
    guard sound.hasAudio, let seconds = sound.durationSeconds, seconds > 0 else {
      throw RuntimeError.badInput(
        "\(audio): \(sound.hasAudio ? "is empty, or its length can't be told" : "has no sound"): "
          + "name another audio")
    }
    return seconds
  }

  public func measure(_ job: JobSpecification) throws -> JobSize {
    let request = try request(job)
    let seconds = try request.sounds.map(seconds(of:)).max() ?? 0
    let source = try SpeakSource(request)
    let info = try probe(source.path)
    let rate = request.rate ?? (source.presenter == nil ? info.outputRate : Rational(25))
    return JobSize(
      seconds: seconds, frameCount: Int((seconds * rate.value).rounded(.up)),
      pixelsPerFrame: info.width * info.height)
  }

  public func run(_ job: JobSpecification, context: JobContext) throws -> JobResult {
    var request = try request(job)
    request.provenance.jobKey = context.key
    request.replacesOutput = context.replacesOutput
    request.keepsUnfinishedWork = true
    request.keepsForeignFiles = true
    request.rememberReplacedFile()
    try OutputPath.createFolder(of: job.output)
    try OutputPath.check(
      job.output, force: true, inputs: inputs(of: job), namedBy: .manifest)
    if job.makesContactSheet {
      try ContactSheet.check(
        of: job.output, replaces: true, inputs: inputs(of: job), namedBy: .manifest)
    }
    let attempt = JobAttempt(context)
    defer { attempt.end() }
    return try patiently(attempt) {
      if let made = try madeBefore(job, context) { return made }
      let report = try SpeakJob(request, resources: resources, cancellation: attempt.cancellation)
        .run { attempt.handle($0) }
      try complete(job)
      return try attempt.result(output: job.output, frameCount: report.frames)
    }
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
    var request = try request(job)
    request.keepsForeignFiles = true
    try captions(of: job)?.writeSidecar(request)
    if job.makesContactSheet {
      // One of an earlier video of this name gives way; whatever else has come there meanwhile does not.
      let isOwn = jobKey(at: ContactSheet.path(of: job.output)) != nil
      try ContactSheet.write(of: job.output, replaces: isOwn)
    }
  }

  public func companions(of job: JobSpecification) -> [Companion] {
    let copy = try? captions(of: job)?.copyPath
    return [
      job.makesContactSheet
        ? Companion(path: ContactSheet.path(of: job.output), name: "contact sheet") : nil,
      copy.map { Companion(path: $0, name: "copy of captions") },
    ].compactMap(\.self)
  }

  public func maker(of companion: Companion, beside job: JobSpecification) -> Companion.Maker {
    if let captions = try? captions(of: job), companion.path == (try? captions.copyPath) {
      return captions.maker(ofCopy: companion.path)
    }
    return jobKey(at: companion.path).map { .job(key: $0) } ?? .unknown
  }

  private func captions(of job: JobSpecification) throws -> SpeakCaptions? {
    try request(job).captions.map { try SpeakCaptions($0, output: job.output) }
  }

  public func jobKey(at path: String) -> String? {
    ContactSheet.jobKey(at: path) ?? (try? probe(path))?.tag(OutputTags.jobKey)
  }

  public func finishedOutput(at path: String) -> FoundOutput? {
    guard let info = try? probe(path), info.kind == .video, !info.isCutOff,
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
    guard let seconds = info.durationSeconds, let rate = info.averageRate else { return nil }
    return Int((seconds * rate.value).rounded())
  }

  public func discard(_ job: JobSpecification) { WorkFolder.discard(output: job.output) }

  private func request(_ job: JobSpecification) throws -> SpeakRequest {
    guard job.steps.count == 1, job.steps[0].kind == SpeakJobKind.name else {
      let kinds = job.steps.map(\.kind).joined(separator: ", ")
      throw RuntimeError.badInput(
        "job \(job.name): this version can't do \(kinds): use speak alone")
    }
    var request = try SpeakRequest(job.steps[0], output: job.output)
    request.provenance.commandFolder = FilePath.folder(of: job.output)
    return try request.resolvingPreparedAvatar()
  }

  private func presenter(_ request: SpeakRequest) throws -> Presenter? {
    try request.avatar.map(Presenter.named) ?? Presenter.all().first
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
