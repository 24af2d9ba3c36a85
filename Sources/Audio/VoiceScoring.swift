/// Reads off the articulation network's outputs, step by step, whether somebody speaks or sings.
///
/// A single moment of a violin looks like a vowel. What it lacks is what comes next: lips that shut and jaws that move.
/// So a step is judged by the outputs around it: their mean over three steps, and mean, deviation and mean change over
/// `reach` steps to each side. Memory is that of one such window.
struct VoiceScoring {
  /// Steps to each side that a step is judged by: 0.6 s.
  static let reach = 30
  /// Outputs beyond this say nothing more.
  private static let limit: Float = 6
  private static let channels = ArticulationNetwork.outputs.count

  /// A step's outputs, limited, and how far they are from those before.
  private struct Step {
    let outputs: [Float]
    let changes: [Float]
  }

  /// The steps from `firstKept` on.
  private var window: [Step] = []
  private var firstKept = 0
  private var scores: [Float] = []

  /// Takes the next step's nine raw outputs.
  mutating func process(_ outputs: ArraySlice<Float>) {
    precondition(outputs.count == Self.channels, "a step has nine outputs")
    let limited = outputs.map { min(max($0, -Self.limit), Self.limit) }
    let before = window.last?.outputs ?? limited
    window.append(Step(outputs: limited, changes: zip(limited, before).map { abs($0 - $1) }))
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
    let weights = VoiceActivityWeights.values
    var score = VoiceActivityWeights.bias
    for channel in 0..<Self.channels {
      let mean = Self.mean(around) { $0.outputs[channel] }
      let variance = Self.mean(around) {
        ($0.outputs[channel] - mean) * ($0.outputs[channel] - mean)
      }
      let readings = [
        Self.mean(near) { $0.outputs[channel] }, mean, variance.squareRoot(),
        Self.mean(around) { $0.changes[channel] },
      ]
      for (row, reading) in readings.enumerated() {
        score += weights[row * Self.channels + channel] * reading
      }
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
