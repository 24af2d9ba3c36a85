import Compute
import Face
import Foundation
import Glibc
public import LipSync
import Media
import MediaTypes

/// One `avatar prepare`: what MuseTalk makes of a whole clip whatever is said, for later runs of `speak`.
public struct PrepareJob {
  private let request: SpeakRequest
  private let output: String?
  private let resources: SpeakResources
  private let cancellation: Cancellation

  /// Prepares the avatar of `request` with its model and options, in a folder `output`; nil is the cache.
  public init(
    _ request: SpeakRequest, output: String?, resources: SpeakResources = SpeakResources(),
    cancellation: Cancellation = Cancellation()
  ) {
    (self.request, self.output) = (request, output)
    (self.resources, self.cancellation) = (resources, cancellation)
  }

  /// Does what is not done yet; a run that was stopped goes on where it was.
  ///
  /// - Throws: `AvatarError`s with the documented exit codes, `CancelledError`.
  public func run(progress: @escaping ProgressHandler = { _ in }) throws -> PrepareReport {
    let started = ContinuousClock.now
    if let avatar = request.avatar, PreparedAvatar.lies(at: avatar) {
      throw RuntimeError.usage("\(avatar): is prepared already: name the clip")
    }
    let cache = try resources.preparedAvatars()
    if let output {
      try check(output)
    } else if cache.byteLimit == 0 {
      throw RuntimeError.usage("AVATAR_CACHE_SIZE 0: nothing is kept: name a folder with -o")
    }
    guard case .museTalk(let model) = try SpeakModel(request) else {
      throw RuntimeError.usage(
        "--model \(request.model): mini needs no preparing: take musetalk-1.5, musetalk-1.0, or a folder"
      )
    }
    let source = try SpeakSource(request)
    let context = SpeakContext(
      request: request, resources: resources,
      threads: request.threads ?? ResourceUsage.availableCores, cancellation: cancellation)
    let precision = try context.device().resolve(request.computePrecision)
    let preparation = try ClipPreparation(
      request, source: source, model: model, precision: precision, cache: cache, progress)
    let pipeline = MuseTalkPipeline(model: model, context: context, preparation: preparation)
    return try prepare(
      pipeline, source, at: output ?? cache.path(preparation.key), cache, started, progress)
  }

  private func prepare(
    _ pipeline: MuseTalkPipeline, _ source: SpeakSource, at path: String, _ cache: PreparedCache,
    _ started: ContinuousClock.Instant, _ progress: @escaping ProgressHandler
  ) throws -> PrepareReport {
    var timings: [String: Double] = [:]
    try OutputPath.createFolder(of: path)
    let work = try WorkFolder(output: path, key: pipeline.preparation.key.digest)
    let record = try timings.measure("faces") {
      try FacePass(
        source: source, tracker: pipeline.tracker, frameLimit: { $1.frameCount },
        known: pipeline.knownFaces, work: work, cancellation: cancellation
      ).run(progress)
    }
    let faces = try FoundFaces(record, by: MuseTalkFaceTracker.self, in: source)
    for warning in faces.warnings + pipeline.model.warnings { progress(.warning(warning)) }
    let info = try source.open(index: faces.index).info
    try timings.measure("encode") {
      try encode(faces, pipeline, source, work, progress)
    }
    let made = PreparedFaces(folder: work.path, isWritable: true)
    try pipeline.preparation.write(record, made, to: path)
    work.remove()
    if output == nil { cache.evict() }
    let byteCount = try PreparedAvatar.byteCounts(in: path).values.reduce(0, +)
    return PrepareReport(
      output: path, clip: source.presenter?.name ?? source.path, model: request.model,
      width: info.width, height: info.height, frames: faces.faces.count,
      framesWithFace: faces.framesWithFace, byteCount: byteCount,
      wallSeconds: (ContinuousClock.now - started) / .seconds(1),
      peakRssBytes: ResourceUsage.peakResidentBytes,
      timings: timings.mapValues { ($0 * 1000).rounded() / 1000 }, version: Version.current)
  }

  private func encode(
    _ faces: FoundFaces<PlacedFace>, _ pipeline: MuseTalkPipeline, _ source: SpeakSource,
    _ work: WorkFolder, _ progress: ProgressHandler
  ) throws {
    progress(.stage(name: "encoding", total: faces.faces.count))
    guard faces.framesWithFace > 0 else {
      progress(.warning("\(source.path): no face was found, so there is nothing to prepare"))
      return
    }
    let preparation = try pipeline.facePreparation(pipeline.facePainter(), work: work)
    let reader = try source.open(index: faces.index)
    for (index, face) in faces.faces.enumerated() {
      try cancellation.check()
      if let face {
        try preparation.prepare(reader.frame(at: index), index: index, face: face)
      }
      progress(.step(done: index + 1))
    }
  }

  /// Only what is a prepared avatar, or empty, is ever replaced.
  private func check(_ output: String) throws {
    guard access(output, F_OK) == 0 else { return }
    guard OutputPath.isFolder(output) else {
      throw RuntimeError.cannotCreate("output \(output): is a file: name a folder with -o")
    }
    let isEmpty = (try? FileManager.default.contentsOfDirectory(atPath: output))?.isEmpty ?? false
    if isEmpty { return }
    guard PreparedAvatar.lies(at: output) else {
      throw RuntimeError.cannotCreate(
        "output \(output): holds other things: name a new folder with -o")
    }
    guard request.replacesOutput else {
      throw RuntimeError.cannotCreate(
        "output \(output): exists already: use --force to replace it")
    }
  }
}

/// What a finished `prepare` did: printed as one JSON object with these keys.
public struct PrepareReport: Codable, Sendable, Equatable {
  /// The prepared avatar's folder.
  public var output: String
  public var clip: String
  public var model: String
  public var width: Int
  public var height: Int
  public var frames: Int
  public var framesWithFace: Int
  public var byteCount: Int
  public var wallSeconds: Double
  public var peakRssBytes: Int
  public var timings: [String: Double]
  public var version: String

  enum CodingKeys: String, CodingKey {
    case output, clip, model, width, height, frames, timings, version
    case framesWithFace = "frames_with_face"
    case byteCount = "bytes"
    case wallSeconds = "wall_seconds"
    case peakRssBytes = "peak_rss_bytes"
  }
}
