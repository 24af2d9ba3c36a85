import Foundation
public import Media
public import MediaTypes

/// What `avatar speak` is asked to do; the defaults are the command's.
public struct SpeakRequest: Sendable {
  public enum Precision: String, Sendable, CaseIterable {
    case auto, fp32, bf16
  }

  /// Whether the mouth rests where nobody speaks or sings.
  public enum Gate: String, Sendable, CaseIterable {
    case auto, off
  }

  /// Any file with sound.
  public var audio: String
  /// Several faces with a sound of their own each, instead of `audio` and `face`.
  public var speakers: [Speaker] = []
  /// A presenter's name, or a picture, clip or folder of pictures; nil is the first presenter.
  public var avatar: String?
  public var output: String
  /// `mini`, `musetalk-1.5`, `musetalk-1.0`, or a folder in mini's layout or in that of MuseTalk's `models`.
  public var model = "mini"
  /// What only MuseTalk can be told; none of it goes with mini.
  public var museTalk = MuseTalkOptions()
  /// Output frames per second; nil is the source's average rate (25 for pictures and presenters).
  public var rate: Rational?
  /// Nil bounces clips and loops presenters.
  public var loop: LoopMode?
  /// Whether the sound or the clip decides the video's length.
  public var length = VideoLength.sound
  public var requiresFace = false
  /// Whose mouth moves; nil is the largest face of each shot.
  public var face: FaceSelection?
  public var gate = Gate.auto
  /// How much the mouth moves, in `SpeakOptions.strengthRange`; 1 is as it is heard.
  public var strength = 1.0
  /// How much what is painted is sharpened, in `SpeakOptions.sharpenRange`.
  public var sharpen = 0.0
  /// Integrated loudness of the video's sound in LUFS, in `SpeakOptions.loudnessRange`; nil leaves it as it is.
  public var loudness: Double?
  /// x264's constant rate factor, 0 (lossless) to 51.
  public var crf = 18
  public var precision = Precision.auto
  /// Threads for the networks; nil is one for each core that this process may use.
  public var threads: Int?
  /// Part of the output's identity; neither model draws random numbers.
  public var seed: UInt64 = 0
  public typealias Color = (red: UInt8, green: UInt8, blue: UInt8)
  /// What shows through transparent pictures; nil keeps them transparent in formats that can be, and is white in others.
  public var background: Color?
  /// What the output says about where it comes from.
  public var provenance = Provenance()
  /// A mark in the picture; nil draws none.
  public var visibleLabel: VisibleLabel?
  /// Captions of what is said; nil is none.
  public var captions: CaptionRequest?
  /// Whether a sheet of frames is written beside the output.
  public var makesContactSheet = false
  public var replacesOutput = false
  /// Whether files that no batch made stay where they are, at the output's place and beside it, whatever `replacesOutput` says.
  public var keepsForeignFiles = false
  /// Whether a run that is stopped or fails for a passing reason leaves its finished segments to the next one.
  public var keepsUnfinishedWork = false

  /// What lay at the output's place when the job began, where it may be replaced and `keepsForeignFiles` is set.
  var replacedFile: String?
  /// What the recorded command calls `avatar` where a `generate` of the same job makes it.
  var generatedFace: String?
  /// The `generate` that does, for the metadata.
  var generateCommand: String?
  /// The words of the `generate` that makes the face and has it speak, where that is one command.
  var talkingCommand: [String]?
  /// The prepared avatar that `avatar` was named by.
  var preparedFolder: String?

  public init(audio: String, output: String) {
    self.audio = audio
    self.output = output
  }

  /// The picture that chooses the face, if one does.
  var facePictures: [String] {
    ([face] + speakers.map(\.face)).compactMap { face in
      if case .picture(let path) = face { path } else { nil }
    }
  }

  /// The background in six digits, or `none`.
  var backgroundText: String {
    let color = background.map { [$0.red, $0.green, $0.blue] }
    return color.map { $0.map { String(format: "%02X", $0) }.joined() } ?? "none"
  }

  /// Every file that the request names, apart from the model's.
  var inputs: [String] {
    sounds + [avatar, captions?.path].compactMap(\.self) + facePictures
  }

  /// The part of a job's key that stands for the options: whatever decides the output's bytes besides program and inputs.
  ///
  /// Throws `LetteringError`, 69, where no font has a character of the visible label.
  var optionsKey: String {
    get throws {
      let ground = background ?? (255, 255, 255)
      return """
        rate \(rate?.description ?? "source") loop \(loop?.rawValue ?? "source")
        crf \(crf) seed \(seed) requires face \(requiresFace)
        background \(ground.red) \(ground.green) \(ground.blue)
        gate \(gate.rawValue) strength \(strength)
        musetalk \(museTalk.words.map { "\($0) \($1)" }.joined(separator: " "))
        \(provenance.key)
        \(try visibleLabel?.key() ?? "no visible label")\(try keyOfAdditions)
        """
    }
  }

  /// A line for each option that is not its default: where they all are, keys are as they were before there were such options.
  private var keyOfAdditions: String {
    get throws {
      let format = VideoFormat(path: output)
      let lines = [
        sharpen == 0 ? nil : "sharpen \(sharpen)",
        length == .sound ? nil : "length \(length.rawValue)", loudness.map { "loudness \($0)" },
        format == .mp4 ? nil : "format \(format) background \(backgroundText)",
        speakers.isEmpty
          ? nil : "speakers \(speakers.map(\.face.text).joined(separator: " "))",
        try captions?.key(),
      ]
      return lines.compactMap(\.self).map { "\n" + $0 }.joined()
    }
  }
}
