/// A finished output that was found on disk, with the job's key in its metadata.
public struct FoundOutput: Sendable, Hashable {
  public var path: String
  public var key: String
  public var sha256: String
  public var byteCount: Int
  public var frameCount: Int

  public init(path: String, key: String, sha256: String, byteCount: Int, frameCount: Int) {
    self.path = path
    self.key = key
    self.sha256 = sha256
    self.byteCount = byteCount
    self.frameCount = frameCount
  }
}

extension JobExecutor {
  /// What an attempt under `key` made before its process died, where the video was made; what belongs beside it is made too,
  /// and what else was left there is removed.
  ///
  /// What lay there before the attempt, which began at `wallSeconds`, is nothing that it made.
  func takeResult(
    of job: JobSpecification, key: String?, since wallSeconds: Double
  ) -> JobResult? {
    guard let key, let (stamp, kind) = try? FileStamp.read(job.output), kind == .file,
      Double(stamp.changedNanoseconds) / 1e9 > wallSeconds,
      let found = finishedOutput(at: job.output), found.key == key, (try? complete(job)) != nil
    else { return nil }
    discard(job)
    return JobResult(
      sha256: found.sha256, byteCount: found.byteCount, frameCount: found.frameCount, warnings: [])
  }
}
