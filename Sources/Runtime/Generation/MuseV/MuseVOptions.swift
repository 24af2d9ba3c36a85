import Diffusion

/// What only MuseV's videos can be asked for; the defaults are upstream's.
public struct MuseVOptions: Sendable, Equatable {
  /// How the noise that a video begins with hangs together over time.
  public enum Noise: String, Sendable, CaseIterable {
    /// Frames share a part of it.
    case fused
    case independent
  }

  /// How far apart in time frames are taken to be; models with a ReferenceNet move more with more of it.
  public var motionSpeed = 8.0
  /// Frames that the network sees at once, the given picture not counted.
  public var window = 12
  /// Frames that neighbouring windows share.
  public var overlap = 4
  /// Whether the last window ends with the video but begins where its turn is, as upstream has it, and not earlier to be whole.
  public var endsWithShortWindow = false
  public var noise = Noise.fused
  /// The share of fused noise that is each frame's own, of its variance.
  public var individualNoise = 0.5
  /// The share of the picture in the noise, of its variance.
  public var pictureNoise = 0.001
  /// How much of the image prompt is added.
  public var imagePromptScale = 1.0
  /// The picture that the ReferenceNet and the image prompt look at; nil: the first frame.
  public var reference: String?
  /// Folders of the encoder and of the ReferenceNet, where they do not lie as upstream lays them out.
  public var imageEncoder: String?
  public var referenceNet: String?
  /// What the video shall not show; nil: what the picture shall not.
  public var negativePrompt: String?
  /// For the picture that is drawn first where none is given.
  public var pictureSteps = StillDrawing.usualSteps
  public var pictureGuidance = StillDrawing.usualGuidance

  public init() {}

  public static let windowRange = 2...256
  public static let shareRange = 0.0...1.0
  public static let motionSpeedRange = 0.0...1000.0
  public static let scaleRange = 0.0...10.0

  /// Steps, guidance, frames (with the given one) and frames per second, where they aren't said.
  static let usualSteps = 10
  static let usualGuidance = 3.5
  static let usualFrames = 13
  static let usualRate = 12

  var videoNoise: VideoNoise {
    noise == .fused ? .fused(individual: individualNoise) : .independent
  }

  /// What is wrong with the values, as an option and an instruction; nil where nothing is.
  public var complaint: String? {
    let checks: [(Bool, String)] = [
      (Self.windowRange.contains(window), "--window \(window): use 2 to 256"),
      (
        (0..<window).contains(overlap),
        "--overlap \(overlap): use 0 to \(window - 1), less than --window"
      ),
      (
        Self.motionSpeedRange.contains(motionSpeed),
        "--motion-speed \(motionSpeed): use 0 to 1000"
      ),
      (
        Self.shareRange.contains(individualNoise),
        "--individual-noise \(individualNoise): use 0 to 1"
      ),
      (Self.shareRange.contains(pictureNoise), "--picture-noise \(pictureNoise): use 0 to 1"),
      (
        Self.scaleRange.contains(imagePromptScale),
        "--image-prompt-scale \(imagePromptScale): use 0 to 10"
      ),
      (
        GenerateRequest.stepRange.contains(pictureSteps),
        "--picture-steps \(pictureSteps): use 1 to 1000"
      ),
      (
        GenerateRequest.guidanceRange.contains(pictureGuidance),
        "--picture-guidance \(pictureGuidance): use 0 to 100"
      ),
    ]
    return checks.first { !$0.0 }?.1
  }

  /// The options that ask for this, with defaults spelt out; `draws` is whether the picture is drawn first.
  func words(draws: Bool) -> [(option: String, value: String?)] {
    var words = [
      ("--motion-speed", "\(motionSpeed)"), ("--window", "\(window)"), ("--overlap", "\(overlap)"),
      ("--noise", noise.rawValue), ("--individual-noise", "\(individualNoise)"),
      ("--picture-noise", "\(pictureNoise)"), ("--image-prompt-scale", "\(imagePromptScale)"),
    ]
    let paths = [
      ("--reference", reference), ("--image-encoder", imageEncoder),
      ("--reference-net", referenceNet), ("--video-negative-prompt", negativePrompt),
    ]
    words += paths.compactMap { option, value in value.map { (option, $0) } }
    if draws {
      words += [
        ("--picture-steps", "\(pictureSteps)"), ("--picture-guidance", "\(pictureGuidance)"),
      ]
    }
    let flags = endsWithShortWindow ? ["--short-last-window"] : []
    return words.map { (option: $0.0, value: $0.1) } + flags.map { (option: $0, value: nil) }
  }
}
