/// What a finished `speak` did: printed as one JSON object with these keys.
public struct SpeakReport: Codable, Sendable, Equatable {
  public var output: String
  public var model: String
  public var precision: String
  public var width: Int
  public var height: Int
  /// Exact, as "25" or "30000/1001".
  public var fps: String
  public var frames: Int
  /// Seconds of picture and of sound.
  public var duration: Double
  public var audioDuration: Double
  public var framesWithFace: Int
  public var framesPassedThrough: Int
  /// Where those frames are, and why.
  public var passedThrough: [PassedThrough]
  public var wallSeconds: Double
  public var framesPerSecond: Double
  public var peakRssBytes: Int
  public var timings: [String: Double]
  public var seed: UInt64
  public var version: String
  /// The producer's number for the content, as the AI label has it.
  public var contentID: String
  /// Where the sheet of frames lies; nil where none was asked for.
  public var contactSheet: String?
  /// The prepared avatar that was used, or was made on the way; nil where there is none.
  public var prepared: String?

  enum CodingKeys: String, CodingKey {
    case output, model, precision, width, height, fps, frames, duration
    case audioDuration = "audio_duration"
    case framesWithFace = "frames_with_face"
    case framesPassedThrough = "frames_passed_through"
    case passedThrough = "passed_through"
    case wallSeconds = "wall_seconds"
    case framesPerSecond = "frames_per_second"
    case peakRssBytes = "peak_rss_bytes"
    case timings, seed, version, prepared
    case contentID = "content_id"
    case contactSheet = "contact_sheet"
  }
}

/// The program's version, part of every job's key: raise it when output changes.
public enum Version {
  public static let current = "0.1.2"
}
