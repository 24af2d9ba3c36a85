/// What does the work of jobs; batches know nothing of how.
public protocol JobExecutor: Sendable {
  /// The kinds of work that manifests may ask for.
  var kinds: [JobKind] { get }

  /// Everything but the inputs' contents that decides the bytes of `job`'s output: options that count, model, version,
  /// instruction set, resolved precision and thread count. Equal text means equal bytes.
  ///
  /// Throws an `AvatarError` when the job cannot be done here at all, such as a model that is not installed.
  func identity(of job: JobSpecification) throws -> String

  /// The files and folders whose contents decide the bytes of `job`'s output, as absolute paths.
  func inputs(of job: JobSpecification) throws -> [String]

  /// A rough size of the work, for plans: without reading whole files where that can be helped.
  func measure(_ job: JobSpecification) throws -> JobSize

  /// Does `job` and puts its output in place, whole and synced, with `context.key` in its metadata.
  ///
  /// A finished output of that key that lies there is used as it is, unless `context.replacesOutput` is set; any other file is kept
  /// then. Finished segments of an earlier attempt under the same key are used again. Called from several threads at once. Throws an
  /// `AvatarError` whose exit code tells whether trying again may help.
  func run(_ job: JobSpecification, context: JobContext) throws -> JobResult

  /// The finished output that lies at `path`, if it is whole and a batch job made it; reads all of it.
  func finishedOutput(at path: String) -> FoundOutput?

  /// The key in the metadata of the file at `path`, which may be damaged; nil where no batch job made it.
  func jobKey(at path: String) -> String?

  /// The files that belong beside the output of `job`.
  func companions(of job: JobSpecification) -> [Companion]

  /// Who made the file that lies at the place of `companion`, one of those of `job`.
  func maker(of companion: Companion, beside job: JobSpecification) -> Companion.Maker

  /// Makes what `job` asks for beside its finished output, where it is not there: an attempt may have ended between the two.
  ///
  /// Files that no batch made are kept. Throws an `AvatarError` where that can't be done.
  func complete(_ job: JobSpecification) throws

  /// Removes what an unfinished `job` has left beside its output.
  func discard(_ job: JobSpecification)
}

/// What an executor is told about one attempt, and how it answers while it works.
public struct JobContext: Sendable {
  /// The job's key: it belongs into the output's metadata.
  public let key: String
  /// Whether the output that lies there already is a batch's own, and to be replaced.
  public let replacesOutput: Bool
  /// Reports progress; it returns quickly.
  public let report: @Sendable (JobProgress) -> Void
  /// Whether the attempt should stop: at the end of the segment in work, or at once.
  public let stopRequest: @Sendable () -> StopRequest

  public init(
    key: String, replacesOutput: Bool, report: @escaping @Sendable (JobProgress) -> Void,
    stopRequest: @escaping @Sendable () -> StopRequest
  ) {
    self.key = key
    self.replacesOutput = replacesOutput
    self.report = report
    self.stopRequest = stopRequest
  }
}

/// How soon an attempt should end.
public enum StopRequest: String, Sendable, Codable {
  case none
  case afterSegment
  case now
}

/// What happened in an attempt so far.
public enum JobProgress: Sendable, Hashable, Codable {
  /// Work of this name began; `total` counts its steps, 0 where unknown.
  case stage(String, total: Int)
  case step(done: Int)
  /// Segment `index` of `count` is on disk, synced.
  case segment(index: Int, count: Int, sha256: String, byteCount: Int)
  case warning(String)
}

/// A finished job.
public struct JobResult: Sendable, Hashable, Codable {
  /// Digest and size of the output.
  public var sha256: String
  public var byteCount: Int
  public var frameCount: Int
  public var warnings: [String]
  /// Whether it lay there, and nothing was made but what belongs beside it.
  public var wasFound = false

  public init(sha256: String, byteCount: Int, frameCount: Int, warnings: [String]) {
    self.sha256 = sha256
    self.byteCount = byteCount
    self.frameCount = frameCount
    self.warnings = warnings
  }
}

/// How much work a job is expected to be.
public struct JobSize: Sendable, Hashable, Codable {
  /// Length of the output in seconds, and its picture's size and rate, where they can be told.
  public var seconds: Double
  public var frameCount: Int
  public var pixelsPerFrame: Int

  public init(seconds: Double, frameCount: Int, pixelsPerFrame: Int) {
    self.seconds = seconds
    self.frameCount = frameCount
    self.pixelsPerFrame = pixelsPerFrame
  }
}
