public import MediaTypes

/// What the articulation network hears in a sound.
public struct HeardSpeech: Hashable, Sendable {
  /// What the mouth does, if all sound is a voice.
  public let articulation: ArticulationTrack
  /// Where there is a voice at all.
  public let voice: VoiceActivity

  /// What the mouth is to show: `articulation` by `strength`, and with `isGated` closed where nobody speaks or sings.
  public func shown(isGated: Bool, strength: Float = 1) -> ArticulationTrack {
    ArticulationTrack(
      steps: articulation.steps.enumerated().map { index, step in
        step.scaled(by: strength * (isGated ? voice.steps[index] : 1))
      })
  }
}

extension Articulation {
  /// The same, done `strength` times as much, within the values' bounds.
  fileprivate func scaled(by strength: Float) -> Articulation {
    Articulation(values: values.map { min(max($0 * strength, -1), 1) })
  }
}
