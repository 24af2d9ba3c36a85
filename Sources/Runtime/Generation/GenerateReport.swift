import Diffusion
import MediaTypes

/// What a finished `generate` did: printed as one JSON object with these keys.
public struct GenerateReport: Codable, Sendable, Equatable {
  public var output: String
  /// The model that made the video; nil for pictures.
  public var model: String?
  public var base: String?
  public var precision: String
  public var width: Int
  public var height: Int
  public var frames: Int
  /// Of a video, exact, as "25" or "30000/1001".
  public var fps: String?
  /// Seconds of a video.
  public var duration: Double?
  public var steps: Int?
  public var sampler: String?
  public var seed: UInt64
  public var wallSeconds: Double
  public var peakRssBytes: Int
  public var timings: [String: Double]
  public var version: String
  /// The producer's number for the content, as the AI label has it.
  public var contentID: String

  enum CodingKeys: String, CodingKey {
    case output, model, base, precision, width, height, frames, fps, duration, steps
    case sampler, seed, timings, version
    case wallSeconds = "wall_seconds"
    case peakRssBytes = "peak_rss_bytes"
    case contentID = "content_id"
  }
}

extension GenerateReport {
  /// What was made of `request`, in which every choice is made; its time is still to be told.
  init(
    _ request: GenerateRequest, precision: String, _ timings: [String: Double], _ contentID: String
  ) {
    self.init(
      output: request.output, model: request.model, base: request.base, precision: precision,
      width: request.size?.width ?? 0, height: request.size?.height ?? 0, frames: 1,
      steps: request.steps,
      sampler: request.base == nil && !request.isMini ? nil : request.sampler.rawValue,
      seed: request.seed, wallSeconds: 0, peakRssBytes: ResourceUsage.peakResidentBytes,
      timings: timings, version: Version.current, contentID: contentID)
  }
}
