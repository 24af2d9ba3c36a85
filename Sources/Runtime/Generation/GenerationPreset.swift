import Batch
import Foundation
import MediaTypes

/// What belongs to a base model: files, settings and words, kept in a JSON file under the names that manifests use.
///
/// What is asked for beside it counts more; LoRAs and embeddings are added to the preset's.
struct GenerationPreset {
  /// What stands around every prompt.
  private let promptPrefix: String
  private let promptSuffix: String
  /// With absolute paths.
  private let step: JobStep

  /// What a preset may hold beside `prompt_prefix` and `prompt_suffix`.
  static let keys = [
    "base", "checkpoint", "vae", "lora", "embedding", "negative_prompt", "video_negative_prompt",
    "steps", "guidance", "sampler", "clip_skip", "strength", "size", "picture_steps",
    "picture_guidance",
  ]

  /// MuseV's own settings for the base models that it is published with, with files in its `checkpoints`.
  private static let builtIn: [String: [String: OptionValue]] = {
    let files = ["badhandv4.pt", "ng_deepnegative_v1_75t.pt"].map { "embedding/\($0)" }
    func settings(_ base: String) -> [String: OptionValue] {
      [
        "base": .text("t2i/sd1.5/\(base)"), "embedding": .list(files),
        "negative_prompt": .text("badhandv4, ng_deepnegative_v1_75t, bad quality"),
      ]
    }
    return [
      "majicmix": settings("majicmixRealv6Fp16"), "fantasticmix": settings("fantasticmix_v10"),
    ]
  }()

  /// Names that need no file.
  static let names: [String] = builtIn.keys.sorted()

  /// The preset in a file, or of a name: the user's own in `presets` of `$AVATAR_HOME`, or one of MuseV's, whose `checkpoints`
  /// are those around the folder `model`, or lie in this one.
  ///
  /// - Throws: `RuntimeError`, 66 where there is none, 65 where it can't be used.
  init(
    _ name: String, model: String?,
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws {
    let isFile = name.contains("/") || name.hasSuffix(".json")
    let own = "\(AvatarHome.folder(environment: environment))/presets/\(name).json"
    let path = isFile ? name : own
    if isFile || FileManager.default.fileExists(atPath: own) {
      try self.init(Self.read(path), name: name, folder: FilePath.folder(of: path))
    } else if let settings = Self.builtIn[name] {
      let checkpoints =
        model.flatMap { OutputPath.isFolder($0) ? "\($0)/../.." : nil } ?? "checkpoints"
      try self.init(settings, name: name, folder: checkpoints)
    } else {
      throw RuntimeError.missing(
        "--preset \(name): there is none of this name: use \(Self.names.joined(separator: ", ")), a file, "
          + "or put it at \(own)")
    }
  }

  private static func read(_ path: String) throws -> [String: OptionValue] {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw RuntimeError.missing("--preset \(path): can't be read: check the path")
    }
    do {
      return try JSONDecoder().decode([String: OptionValue].self, from: data)
    } catch {
      throw RuntimeError.badInput(
        "--preset \(path): is no JSON object of texts, numbers and lists of texts: mend it")
    }
  }

  private init(_ settings: [String: OptionValue], name: String, folder: String) throws {
    var settings = settings
    func words(_ key: String) throws -> String {
      guard let value = settings.removeValue(forKey: key) else { return "" }
      guard case .text(let text) = value else {
        throw RuntimeError.badInput("--preset \(name): \(key): write a text")
      }
      return text
    }
    (promptPrefix, promptSuffix) = (try words("prompt_prefix"), try words("prompt_suffix"))
    if let unknown = settings.keys.sorted().first(where: { !Self.keys.contains($0) }) {
      let known = (["prompt_prefix", "prompt_suffix"] + Self.keys).joined(separator: ", ")
      throw RuntimeError.badInput("--preset \(name): \(unknown): is not known: use \(known)")
    }
    for key in GenerateJobKind.inputKeys {
      switch settings[key] {
      case .text(let path): settings[key] = .text(Self.absolute(path, in: folder))
      case .list(let paths): settings[key] = .list(paths.map { Self.absolute($0, in: folder) })
      default: break
      }
    }
    step = JobStep(kind: "preset \(name)", options: settings)
  }

  private static func absolute(_ path: String, in folder: String) -> String {
    path.hasPrefix("/") ? path : "\(folder)/\(path)"
  }

  /// Takes the preset's settings over into `request`.
  ///
  /// - Throws: `RuntimeError`, 65, for values that an option does not take.
  func apply(to request: inout GenerateRequest) throws { try request.read(StepOptions(step)) }

  /// Puts the preset's words around the prompts of `request`.
  func completePrompts(of request: inout GenerateRequest) {
    guard !request.shots.isEmpty else {
      request.prompt = promptPrefix + request.prompt + promptSuffix
      return
    }
    let isShared = !request.prompt.isEmpty
    if isShared { request.prompt = promptPrefix + request.prompt }
    for index in request.shots.indices {
      let prompt = request.shots[index].prompt
      request.shots[index].prompt = (isShared ? "" : promptPrefix) + prompt + promptSuffix
    }
  }
}

extension GenerateRequest {
  /// A request that begins with a preset's settings; `change` makes of it what is asked for beside them.
  ///
  /// - Throws: as `GenerationPreset`.
  public init(
    output: String, preset: String?, model: String?,
    _ change: (inout GenerateRequest) throws -> Void
  ) throws {
    self.init(output: output)
    let preset = try preset.map { try GenerationPreset($0, model: model) }
    try preset?.apply(to: &self)
    try change(&self)
    if let shotComplaint { throw RuntimeError.usage(shotComplaint) }
    preset?.completePrompts(of: &self)
  }
}
