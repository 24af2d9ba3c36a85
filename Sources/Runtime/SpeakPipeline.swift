import Compute
import Face
import Foundation
import LipSync
import MediaTypes

/// A lip-sync model at work on one job: what differs between models; the rest is `SpeakJob`'s.
protocol SpeakPipeline {
  associatedtype Painter: MouthPainter
  associatedtype Tracker: FaceTracking where Tracker.Face == Painter.Face

  /// Everything about the model and its options that decides the output's bytes.
  func identity() throws -> String
  /// What should be known about the weights that were read so far; one line each.
  var warnings: [String] { get }
  /// Listens to the sound.
  func listen(_ progress: ProgressHandler) throws -> HeardSound<Painter.Speech>
  /// Where looking for faces takes long, so that only frames that will be shown are looked at: how many more decide about
  /// the last of them.
  func lookahead(rate: Rational) -> Int?
  /// What was found in the source's frames earlier, and in how many.
  var knownFaces: (record: FaceRecord<Tracker.Track>, lookedAt: Int)? { get }
  /// Finds faces in a source at `rate`, a picture where `isStill`.
  func tracker(rate: Rational, isStill: Bool) throws -> Tracker
  /// The painter, which may keep files in `work`.
  func painter(work: WorkFolder) throws -> Painter
  /// Where what was found and made is kept for later runs.
  var preparedPath: String? { get }
  /// Keeps what was found and made of the source for later runs; `work` is still there.
  func keep(_ record: FaceRecord<Tracker.Track>, work: WorkFolder, _ progress: ProgressHandler)
}

/// Finds the face in one frame after another of a film.
protocol FaceTracking {
  associatedtype Face: Sendable
  /// What is kept in the work folder.
  associatedtype Track: Codable, Equatable

  mutating func add(_ frame: Frame) throws
  /// Called once after all frames were added, for those who need to see them a second time.
  mutating func lookAgain(_ frame: (Int) throws -> Frame) throws
  func finish() throws -> Track
  /// One entry a frame, nil where no face is, or one of which nothing would be painted.
  static func faces(of track: Track) -> [Face?]
  /// One entry a frame: whether a face is seen there that is turned away so far that nothing would be painted.
  static func turnedAway(in track: Track) -> [Bool]
}

extension FaceTracking {
  mutating func lookAgain(_ frame: (Int) throws -> Frame) throws {}
}

/// What was heard of a sound.
struct HeardSound<Speech> {
  /// The original's own samples per channel, and their rate.
  let sampleCount: Int
  let sampleRate: Int
  /// Frames at a rate, where the model has its own view of that.
  var modelFrameCount: (Rational) -> Int? = { _ in nil }
  /// What the painter is told at frame `i` of a video at a rate that lasts `frameCount` frames: silence beyond the sound's end.
  let speech: (_ rate: Rational, _ frameCount: Int) throws -> (_ index: Int) throws -> Speech

  var durationSeconds: Double { Double(sampleCount) / Double(sampleRate) }

  /// Frames at `rate` that cover the sound: ceil(duration x rate), exactly.
  func frameCount(at rate: Rational) -> Int {
    let (numerator, denominator) = (sampleCount * rate.numerator, sampleRate * rate.denominator)
    return modelFrameCount(rate) ?? max(1, (numerator + denominator - 1) / denominator)
  }
}

/// What pipelines need of the job that they work on.
struct SpeakContext {
  var request: SpeakRequest
  let resources: SpeakResources
  let threads: Int
  let cancellation: Cancellation
  /// Tells the files of one of several speakers from the others'.
  var speaker: Int?

  func device() throws -> CPUDevice { try resources.device(threads: threads) }
}
