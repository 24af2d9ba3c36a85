public import MediaTypes

/// What a media file or folder of pictures holds, as far as can be told without decoding all of it.
public struct SourceInfo: Hashable, Sendable {
  public enum Kind: String, Sendable {
    case video
    case still
    case frameFolder = "frame-folder"
    case audioOnly = "audio-only"
  }

  public var kind: Kind
  /// Size of the frames, after turning and with odd sides shortened by one; 0 for sound alone.
  public var width = 0
  public var height = 0
  /// Frames per second on average; nil for stills and sound.
  public var averageRate: Rational?
  /// As the container says; nil where it does not.
  public var frameCount: Int?
  public var durationSeconds: Double?
  /// Clockwise turn that was applied: 0, 90, 180 or 270.
  public var rotationDegrees = 0
  public var hasAlpha = false
  /// Bits per colour sample in the file; frames always have 8.
  public var bitDepth = 8
  /// The frames' colours.
  public var color = ColorDescription.bt709
  /// Width to height of one pixel when shown, 1 for nearly all files.
  public var sampleAspectRatio = Rational(1)
  public var hasAudio = false
  public var pictureCodec: String?
  public var audioCodec: String?
  /// Samples per second and channels of the sound; nil without sound.
  public var audioSampleRate: Int?
  public var audioChannelCount: Int?
  /// Whether the file ends before it is over.
  public var isCutOff = false
  /// The file's metadata entries by name, those of the whole file before those of its streams.
  public var tags: [String: String] = [:]
  /// One line each, for the person who gave the file.
  public var warnings: [String] = []

  public init(kind: Kind) { self.kind = kind }

  /// The metadata entry `name`, without regard to case: Matroska writes all names in capitals.
  public func tag(_ name: String) -> String? {
    tags[name] ?? tags.first { $0.key.lowercased() == name.lowercased() }?.value
  }

  public var isHighDynamicRange: Bool { color.isHighDynamicRange }

  /// The rate to make a video at: the average, or 25 where there is none or it does not suit moving lips.
  public var outputRate: Rational {
    guard let averageRate, averageRate >= Rational(12), averageRate <= Rational(120) else {
      return Rational(25)
    }
    return averageRate
  }

  /// `rate` as the rate that was meant: the usual ones where it is within 0.05 %, else whole thousandths.
  static func usualRate(_ rate: Rational) -> Rational {
    let usual = [
      Rational(24000, 1001), Rational(24), Rational(25), Rational(30000, 1001), Rational(30),
      Rational(48), Rational(50), Rational(60000, 1001), Rational(60), Rational(100),
      Rational(120000, 1001), Rational(120), Rational(10), Rational(12), Rational(15),
    ]
    let nearest = usual.min { abs($0.value - rate.value) < abs($1.value - rate.value) }
    if let nearest, abs(nearest.value - rate.value) <= rate.value * 0.0005 { return nearest }
    return Rational(max(Int((rate.value * 1000).rounded()), 1), 1000)
  }
}
