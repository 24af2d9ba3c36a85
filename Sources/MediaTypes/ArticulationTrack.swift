/// What the mouth does: seven named, bounded quantities; all zeros are a gently closed, neutral mouth.
public struct Articulation: Hashable, Sendable {
  /// Channel names, in the order of `values`.
  public static let names = [
    "jaw", "width", "rounding", "upper_lip", "lower_lip", "teeth", "tongue",
  ]
  /// The seven values: width in [-1, 1], the others in [0, 1].
  public var values: [Float]

  public init(values: [Float]) {
    precondition(values.count == Self.names.count, "an articulation has 7 values")
    self.values = values
  }

  public static let closed = Articulation(values: [0, 0, 0, 0, 0, 0, 0])
}

/// Articulation over time, one value set every 20 ms; set k is centred at (k + 0.5) x 20 ms.
public struct ArticulationTrack: Hashable, Sendable {
  /// Step between neighbouring sets.
  public static let stepSeconds = 0.02
  public var steps: [Articulation]

  public init(steps: [Articulation]) { self.steps = steps }

  /// The same, its mouth closing within 120 ms where a video of `frameCount` frames goes on by more than one after the last step.
  public func closing(beforeFrame frameCount: Int, rate: Rational) -> ArticulationTrack {
    let seconds = Double(steps.count) * Self.stepSeconds
    guard let last = steps.last, Double(frameCount) > seconds * rate.value + 1 else { return self }
    let ramp = stride(from: Float(5), through: 0, by: -1).map { left in
      Articulation(values: last.values.map { $0 * left / 6 })
    }
    return ArticulationTrack(steps: steps + ramp)
  }

  /// The articulation shown by frame `index` of a video at `rate`: linear between neighbouring
  /// steps at the frame's middle, the end values held; closed for an empty track.
  public func articulation(atFrame index: Int, rate: Rational) -> Articulation {
    guard let last = steps.indices.last else { return .closed }
    let seconds = (Double(index) + 0.5) * Double(rate.denominator) / Double(rate.numerator)
    let position = min(max(seconds / Self.stepSeconds - 0.5, 0), Double(last))
    let lower = Int(position)
    let fraction = Float(position - Double(lower))
    let (a, b) = (steps[lower].values, steps[min(lower + 1, last)].values)
    return Articulation(values: zip(a, b).map { $0 + ($1 - $0) * fraction })
  }
}
