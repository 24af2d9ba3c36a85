import Media

/// What decides how long a video is: its sound or its clip.
public enum VideoLength: String, Sendable, CaseIterable {
  /// The sound: a longer clip is cut, a shorter one goes on as the loop mode says.
  case sound
  /// The clip: a longer sound is cut, a shorter one is followed by silence.
  case clip
  /// The longer of both.
  case longest
  /// The shorter of both.
  case shortest

  /// Frames of the video, where the sound and one showing of the clip need so many.
  func frameCount(sound: Int, clip: Int) -> Int {
    switch self {
    case .sound: sound
    case .clip: clip
    case .longest: max(sound, clip)
    case .shortest: min(sound, clip)
    }
  }

  /// Refuses lengths that need a clip where there is none.
  ///
  /// - Throws: `RuntimeError`, 64.
  func check(against source: SpeakSource) throws {
    guard self != .sound else { return }
    let option = "--length \(rawValue)"
    if let presenter = source.presenter {
      throw RuntimeError.usage(
        "\(option): presenter \(presenter.name) loops for ever: use --length sound")
    }
    guard try source.open().info.kind != .still else {
      throw RuntimeError.usage(
        "\(option): picture \(source.path) has no length of its own: use --length sound")
    }
  }
}
