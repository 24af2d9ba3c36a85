/// What a finished `generate` did: printed as one JSON object with these keys.
public struct GenerateReport: Codable, Sendable, Equatable {
  public var output: String
  public var base: String
  public var precision: String
  public var width: Int
  public var height: Int
  public var frames: Int
  public var steps: Int
  public var sampler: String
  public var seed: UInt64
  public var wallSeconds: Double
  public var peakRssBytes: Int
  public var timings: [String: Double]
  public var version: String
  /// The producer's number for the content, as the AI label has it.
  public var contentID: String

  enum CodingKeys: String, CodingKey {
    case output, base, precision, width, height, frames, steps, sampler, seed, timings, version
    case wallSeconds = "wall_seconds"
    case peakRssBytes = "peak_rss_bytes"
    case contentID = "content_id"
  }
}
