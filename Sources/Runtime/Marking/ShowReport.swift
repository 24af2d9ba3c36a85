import Media
import MediaTypes

/// What a media file says about itself: AI labels, what made it, and basic facts.
public struct ShowReport: Encodable, Sendable, Equatable {
  /// The sound's form.
  public struct Sound: Encodable, Sendable, Equatable {
    public let codec: String?
    public let sampleRate: Int?
    public let channels: Int?

    enum CodingKeys: String, CodingKey {
      case codec, channels
      case sampleRate = "sample_rate"
    }
  }

  public let file: String
  /// Whether the file's metadata says that this program made it.
  public let isOurs: Bool
  public let version: String?
  public let model: String?
  public let precision: String?
  public let instructionSet: String?
  public let seed: String?
  public let jobKey: String?
  /// The command that makes the same file again, safe to give to a shell.
  public let command: String?
  /// The hidden label; nil where there is none or it can't be read.
  public let label: AIGCLabel?
  /// The metadata entry `AIGC` as it is; nil where there is none.
  public let labelText: String?
  /// What this program drew into the picture as its visible label; nil where it drew none.
  public let visibleLabel: String?
  public let kind: String
  public let width: Int?
  public let height: Int?
  /// Exact, as "25" or "30000/1001".
  public let fps: String?
  public let frames: Int?
  public let duration: Double?
  public let pictureCodec: String?
  public let sound: Sound?
  /// One line each: what is wrong with the file.
  public let warnings: [String]

  enum CodingKeys: String, CodingKey {
    case file, version, model, precision, seed, command, kind, width, height, fps, frames, duration
    case sound, warnings
    case isOurs = "made_by_avatar"
    case instructionSet = "instruction_set"
    case jobKey = "job_key"
    case label = "aigc"
    case labelText = "aigc_text"
    case visibleLabel = "visible_label"
    case pictureCodec = "picture_codec"
  }

  /// Looks at the file `path`.
  ///
  /// - Throws: `MediaError`: 66 where nothing readable is there, 65 where it is no media; `RuntimeError`, 65, for a folder.
  public init(file path: String) throws {
    if OutputPath.isFolder(path) {
      throw RuntimeError.badInput("file \(path): is a folder: name a video, sound or picture")
    }
    let info = try probe(path)
    file = path
    version = info.tag(OutputTags.version)
    isOurs = version != nil
    model = info.tag(OutputTags.model)
    precision = info.tag(OutputTags.precision)
    instructionSet = info.tag(OutputTags.instructionSet)
    seed = info.tag(OutputTags.seed)
    jobKey = info.tag(OutputTags.jobKey)
    command = Self.command(info, output: path)
    labelText = info.tag(AIGCLabel.tagName)
    label = labelText.flatMap(AIGCLabel.init(metadata:))
    visibleLabel = info.tag(OutputTags.visibleLabel)
    kind = info.kind.rawValue
    width = info.width > 0 ? info.width : nil
    height = info.height > 0 ? info.height : nil
    fps = info.averageRate?.description
    frames = info.frameCount
    duration = info.durationSeconds
    pictureCodec = info.pictureCodec
    sound =
      info.hasAudio
      ? Sound(
        codec: info.audioCodec, sampleRate: info.audioSampleRate, channels: info.audioChannelCount)
      : nil
    warnings = info.warnings
  }

  /// The commands that make the file, the one that makes its face first.
  ///
  /// A batch records paths as they are from the output's folder, where the commands are to be typed then.
  private static func command(_ info: SourceInfo, output: String) -> String? {
    let folder = FilePath.folder(of: output)
    guard info.tag(OutputTags.jobKey) != nil, folder != "." else {
      return commands(info, output: output)
    }
    return commands(info, output: FilePath.name(of: output)).map {
      "(cd \(ShellWords.join([folder])) && \($0))"
    }
  }

  private static func commands(_ info: SourceInfo, output: String) -> String? {
    let command = info.tag(OutputTags.command).flatMap {
      self.command($0, output: output, codec: info.pictureCodec)
    }
    guard let command, let recorded = info.tag(OutputTags.generateCommand) else { return command }
    // A face that is recorded and can't be shown leaves nothing that could be repeated.
    guard let face = ShellWords.split(command).flatMap(GeneratedFace.name(inCommand:)),
      let first = self.command(
        recorded, output: face,
        codec: ["png": "png", "mov": "prores"][FilePath.pathExtension(of: face)])
    else { return nil }
    return "\(first) && \(command)"
  }

  /// The recorded command with the output's name; nil unless it is an `avatar speak` or `avatar generate` that replaces nothing,
  /// and nothing else: anybody can write metadata.
  private static func command(
    _ recorded: String, output: String, codec: String?
  ) -> String? {
    let unwanted = ["-o", "--output", "--force"]
    guard let words = ShellWords.split(recorded),
      ["speak", "generate"].contains(where: { words.starts(with: ["avatar", $0]) }),
      !words.contains(where: { word in unwanted.contains { word.hasPrefix($0) } })
    else { return nil }
    // Copied to another container, it was an MP4 before.
    let endings =
      switch codec {
      case "png": ["png"]
      case "prores": ["mov"]
      case "vp9": ["webm"]
      default: ["mp4", "m4v"] + (words[1] == "speak" ? [""] : [])
      }
    let isOwn = endings.contains(FilePath.pathExtension(of: output).lowercased())
    let ending = codec == "png" ? "png" : "mp4"
    let name =
      isOwn ? output : "\(FilePath.folder(of: output))/\(FilePath.stem(of: output)).\(ending)"
    return ShellWords.join(words + (name.hasPrefix("-") ? ["--output=\(name)"] : ["-o", name]))
  }
}
