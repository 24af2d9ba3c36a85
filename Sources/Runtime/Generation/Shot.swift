import MediaTypes
import Motion

/// A part of a video with a prompt of its own; it goes on from the last frame of the part before.
public struct Shot: Sendable, Equatable {
  public var seconds: Double
  public var prompt: String

  public init(seconds: Double, prompt: String) { (self.seconds, self.prompt) = (seconds, prompt) }

  /// Reads SECONDS: PROMPT, as in 2: she nods.
  public init(parsing text: String) throws(SpeakOptions.Complaint) {
    func trimmed(_ text: Substring) -> String {
      let start = text.drop(while: \.isWhitespace)
      return String(start.reversed().drop(while: \.isWhitespace).reversed())
    }
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, let seconds = Double(trimmed(parts[0])) else {
      throw .init("write it as SECONDS: PROMPT, as in '2: she nods'")
    }
    guard GenerateRequest.secondsRange.contains(seconds) else {
      throw .init("use 0.01 to 3600 seconds")
    }
    self.init(seconds: seconds, prompt: trimmed(parts[1]))
  }

  /// As it is written on the command line.
  var text: String { "\(seconds): \(prompt)" }
}

extension GenerateRequest {
  /// How long the video is: as long as all its shots, or as was said.
  var wholeLength: Length? {
    shots.isEmpty ? length : .seconds(shots.reduce(0) { $0 + $1.seconds })
  }

  /// What each shot shows: the words for all, and its own; of a video without shots, its prompt.
  var shotPrompts: [String] {
    shots.isEmpty
      ? [prompt]
      : shots.map { [prompt, $0.prompt].filter { !$0.isEmpty }.joined(separator: ", ") }
  }

  /// What is wrong with the shots, as an option and an instruction; nil where nothing is.
  public var shotComplaint: String? {
    guard !shots.isEmpty else { return nil }
    switch length {
    case .seconds: return "--seconds: each --shot says how long it is: leave it out"
    case .frames: return "--frames: each --shot says how long it is: leave it out"
    case nil: return nil
    }
  }

  /// The frames of each shot of a video of `count` frames.
  ///
  /// - Throws: `RuntimeError`, 64, for shots without a frame, beside the picture.
  func shotFrames(at rate: Rational, count: Int) throws -> [Range<Int>] {
    guard !shots.isEmpty else { return [0..<count] }
    var (seconds, start) = (0.0, 0)
    return try shots.map { shot in
      seconds += shot.seconds
      let end = Length.seconds(seconds).frameCount(at: rate)
      guard end > max(start, 1) else {
        throw RuntimeError.usage(
          "--shot '\(shot.text)': has no frame of its own at \(rate) a second: make it longer")
      }
      defer { start = end }
      return start..<end
    }
  }

  /// What mini is to do, shot after shot.
  var motionPrompt: MotionPrompt {
    guard !shots.isEmpty else { return MotionPrompt(prompt) }
    return MotionPrompt(
      parts: zip(shotPrompts, shots).map { (text: $0, length: $1.seconds) })
  }
}
