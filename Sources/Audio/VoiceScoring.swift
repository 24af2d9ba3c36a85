/// Reads off the articulation network's outputs and the spectrum, step by step, whether somebody speaks or sings.
///
/// A single moment of a violin looks like a vowel. What it lacks is what comes next: lips that shut, jaws and formants
/// that move. So a step is judged by what is around it: the outputs' mean over three steps, and mean, deviation and
/// mean change of outputs and spectrum over `reach` steps to each side. Memory is that of one such window.
struct VoiceScoring {
  /// Steps to each side that a step is judged by: 0.6 s.
  static let reach = 30
  /// Outputs beyond this say nothing more.
  private static let limit: Float = 6
  private static let outputCount = ArticulationNetwork.outputs.count
  private static let channelCount = outputCount + VoiceSpectrum.channelCount

  /// What is heard at a step, outputs limited, and how far it is from what was before.
  private struct Step {
    let heard: [Float]
    let changes: [Float]
  }

  /// The steps from `firstKept` on.
  private var window: [Step] = []
  private var firstKept = 0
  private var scores: [Float] = []

  /// Takes the next step's nine raw outputs and its `VoiceSpectrum`.
  mutating func process(_ outputs: ArraySlice<Float>, spectrum: [Float]) {
    let heard = outputs.map { min(max($0, -Self.limit), Self.limit) } + spectrum
    precondition(heard.count == Self.channelCount, "a step has nine outputs and a spectrum")
    let before = window.last?.heard ?? heard
    window.append(Step(heard: heard, changes: zip(heard, before).map { abs($0 - $1) }))
    if firstKept + window.count - scores.count > Self.reach { judgeNext() }
  }

  /// The scores of all steps, above 0 for a voice.
  mutating func finish() -> [Float] {
    while scores.count < firstKept + window.count { judgeNext() }
    return scores
  }

  private mutating func judgeNext() {
    let step = scores.count - firstKept
    let near = window[max(0, step - 1)...min(step + 1, window.count - 1)]
    let around = window[max(0, step - Self.reach)...min(step + Self.reach, window.count - 1)]
    let means = (0..<Self.channelCount).map { channel in
      Self.mean(around) { $0.heard[channel] }
    }
    let deviations = (0..<Self.channelCount).map { channel in
      Self.mean(around) {
        ($0.heard[channel] - means[channel]) * ($0.heard[channel] - means[channel])
      }.squareRoot()
    }
    let readings =
      (0..<Self.outputCount).map { channel in Self.mean(near) { $0.heard[channel] } } + means
      + deviations
      + (0..<Self.channelCount).map { channel in Self.mean(around) { $0.changes[channel] } }
    let score = zip(VoiceActivityWeights.values, readings).reduce(VoiceActivityWeights.bias) {
      $0 + $1.0 * $1.1
    }
    scores.append(score)
    let unneeded = scores.count - Self.reach - firstKept
    if unneeded > 0 {
      window.removeFirst(unneeded)
      firstKept += unneeded
    }
  }

  private static func mean(_ steps: ArraySlice<Step>, _ value: (Step) -> Float) -> Float {
    var sum: Float = 0
    for step in steps { sum += value(step) }
    return sum / Float(steps.count)
  }
}
