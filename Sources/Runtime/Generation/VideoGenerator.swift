import MediaTypes

/// Makes the frames of one video that was asked for.
protocol VideoGenerator {
  /// What was asked for, with every choice made that was left to the model: size, length, rate, steps.
  var request: GenerateRequest { get }
  /// Pixels of a frame, even.
  var width: Int { get }
  var height: Int { get }
  var rate: Rational { get }
  var frameCount: Int { get }
  /// Whether its frames are transparent in places.
  var hasAlpha: Bool { get }
  /// The precision that networks compute in.
  var precision: String { get }

  /// Options of its own kind, for the command that makes the video again.
  var ownWords: [(option: String, value: String?)] { get }

  /// Has what takes long kept in `work` as far as it is finished, and what lies there used.
  mutating func keepSteps(in work: WorkFolder)

  /// Hands over all frames in order, of this size, as soon as each is made.
  mutating func generate(
    progress: @escaping ProgressHandler, timings: inout [String: Double],
    append: GeneratedVideo.Sink
  ) throws
}
