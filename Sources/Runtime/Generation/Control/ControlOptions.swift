public import Face

/// What a generated picture or video is held to, and the clip that drives a video.
public struct ControlOptions: Sendable, Equatable {
  /// Whether a clip's poses are moved to where the picture's person is.
  public enum PoseAlignment: String, Sendable, CaseIterable {
    case auto, off
  }

  /// Whether the tremble is taken out of a clip's poses.
  public enum PoseSmoothing: String, Sendable, CaseIterable {
    case auto, off
  }

  /// ControlNets, whose additions are summed.
  public var choices: [ControlChoice] = []
  /// Pictures that control, or clips for a video, one for all ControlNets or one for each.
  ///
  /// Poses and edges are made from them, maps taken as they are; with none, poses and edges of a picture come from the one to begin with.
  public var images: [String] = []
  /// Whether ControlNets guess what the pictures show: they are asked only where there is a prompt, and count less in finer pictures.
  public var guesses = false
  /// DWPose's file, which sees poses; nil: an installed model's.
  public var poseNetwork: String?
  /// What of poses is drawn.
  public var poseParts = allPoseParts
  /// The clip whose frames a video follows.
  public var video: String?
  /// Whether that clip's sound is left out of the video.
  public var leavesSoundOut = false
  /// Whether the clip's first frame is repainted as the prompt says, and is the video's first.
  public var restages = false
  /// How much of the clip's frames may change, which the video begins with; nil: all of them with ControlNets, else 0.75.
  public var videoStrength: Double?
  public var poseAlignment = PoseAlignment.auto
  public var poseSmoothing = PoseSmoothing.auto
  /// Where to write a picture of how poses were brought to lie on the picture.
  public var poseSheet: String?

  public init() {}

  public static let allPoseParts = Set(WholeBodyPose.Part.allCases)

  /// Reads parts such as body,hands.
  public static func poseParts(
    _ text: String
  ) throws(SpeakOptions.Complaint) -> Set<WholeBodyPose.Part> {
    let names = text.split(separator: ",", omittingEmptySubsequences: false)
    let parts = names.compactMap { WholeBodyPose.Part(rawValue: String($0)) }
    guard parts.count == names.count, Set(parts).count == parts.count else {
      throw .init("use one or more of body, hands and face, as in body,hands")
    }
    return Set(parts)
  }

  /// Those parts as text.
  fileprivate var posePartsText: String {
    WholeBodyPose.Part.allCases.filter(poseParts.contains).map(\.rawValue).joined(separator: ",")
  }

  /// Whether the network that sees poses is needed.
  var needsPoses: Bool { choices.contains { $0.kind == .pose } }

  /// What ControlNet number `index` is to look at, where something else than the clip was given.
  func image(of index: Int) -> String? {
    let given = images.count == 1 ? images[0] : images.indices.contains(index) ? images[index] : nil
    return given == video ? nil : given
  }

  /// Every file and folder that is named.
  var inputs: [String] {
    choices.map(\.path).filter { !NamedParts.isName($0) } + images
      + [poseNetwork, video].compactMap(\.self)
  }
}

extension ControlOptions {
  static let usualVideoStrength = 0.75

  /// How much of the clip's frames may change; nil where the video does not begin with them.
  var startingStrength: Double? {
    guard video != nil else { return nil }
    return videoStrength ?? (choices.isEmpty ? Self.usualVideoStrength : nil)
  }

  /// What is wrong with the values, as an option and an instruction; nil where nothing is.
  public var complaint: String? {
    if choices.isEmpty, let image = images.first {
      return "--control-image \(image): name the ControlNet that is to look at it with --control"
    }
    if images.count > 1 && images.count != choices.count {
      let count = choices.count
      return "--control-image: give one"
        + (count == 1
          ? ", for the one ControlNet" : " for all \(count) ControlNets, or one for each")
    }
    if let videoStrength, !(0...1).contains(videoStrength) {
      return "--video-strength \(videoStrength): use 0 to 1"
    }
    if guesses && choices.isEmpty { return "--guess-mode: name a ControlNet with --control" }
    if let option = poseOption, !choices.contains(where: { $0.kind == .pose }) {
      return "\(option): is of poses: ask for them with --control pose=..."
    }
    guard video == nil else { return nil }
    if leavesSoundOut { return "--no-sound: leaves out a clip's sound: name the clip with --video" }
    if restages { return "--restage: repaints a clip's first frame: name the clip with --video" }
    if videoStrength != nil { return "--video-strength: name the clip with --video" }
    if poseSheet != nil { return "--pose-sheet: shows a clip's pose: name the clip with --video" }
    return nil
  }

  /// The first option that only poses have, nil where none is given.
  private var poseOption: String? {
    let given = [
      ("--pose-network", poseNetwork != nil), ("--pose-parts", poseParts != Self.allPoseParts),
      ("--pose-alignment", poseAlignment != .auto), ("--pose-smoothing", poseSmoothing != .auto),
    ]
    return given.first { $0.1 }?.0
  }

  /// The first option that only videos have, nil where none is given.
  var videoOption: String? {
    let given = [
      ("--video", video != nil), ("--no-sound", leavesSoundOut),
      ("--restage", restages), ("--pose-sheet", poseSheet != nil),
      ("--video-strength", videoStrength != nil), ("--pose-alignment", poseAlignment != .auto),
      ("--pose-smoothing", poseSmoothing != .auto),
    ]
    return given.first { $0.1 }?.0
  }

  /// The options that ask for this; `path` writes a path.
  func words(_ path: (String) -> String) -> [(option: String, value: String?)] {
    var words = choices.map { choice -> (option: String, value: String?) in
      var choice = choice
      choice.path = path(choice.path)
      return ("--control", choice.text)
    }
    words += images.map { ("--control-image", path($0)) }
    if guesses { words.append(("--guess-mode", nil)) }
    if let poseNetwork { words.append(("--pose-network", path(poseNetwork))) }
    if poseParts != Self.allPoseParts { words.append(("--pose-parts", posePartsText)) }
    if let video { words.append(("--video", path(video))) }
    if leavesSoundOut { words.append(("--no-sound", nil)) }
    if restages { words.append(("--restage", nil)) }
    if let videoStrength { words.append(("--video-strength", "\(videoStrength)")) }
    if poseAlignment != .auto { words.append(("--pose-alignment", poseAlignment.rawValue)) }
    if poseSmoothing != .auto { words.append(("--pose-smoothing", poseSmoothing.rawValue)) }
    return words
  }
}
