import MediaTypes

/// What the frames of a video show of what they hear: a sound's windows, moved towards those of silence where nobody speaks or
/// sings, and by a strength.
///
/// One thread at a time.
public final class ShownSpeechWindows {
  private let heard: SpeechWindows
  private let silence: SpeechWindows
  private let voice: VoiceActivity?
  private let strength: Float

  /// - Parameters:
  ///   - heard: The sound's windows.
  ///   - silence: Those of silence with the same layout, of which nothing is computed where they are not needed.
  ///   - voice: Where somebody speaks or sings; nil takes everything for a voice.
  ///   - strength: How much of the way from silence to the sound is gone: 1 is as it is heard.
  public init(
    _ heard: SpeechWindows, silence: SpeechWindows, voice: VoiceActivity?, strength: Float
  ) {
    (self.heard, self.silence, self.voice, self.strength) = (heard, silence, voice, strength)
  }

  /// The window of frame `index`, as `SpeechWindows` has it.
  ///
  /// - Throws: errors of reading and of the device.
  public func window(ofFrame index: Int) throws -> [Float] {
    let share = strength * (voice?.gate(atFrame: index, rate: heard.layout.rate) ?? 1)
    if share == 1 { return try heard.window(ofFrame: index) }
    let rest = try silence.window(ofFrame: index)
    if share == 0 { return rest }
    return zip(rest, try heard.window(ofFrame: index)).map { $0 + ($1 - $0) * share }
  }
}
