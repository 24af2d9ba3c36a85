/// How far a prediction is driven away from what the network says without the prompt (classifier-free guidance;
/// Ho and Salimans, 2022), step by step.
public struct Guidance: Sendable, Equatable {
  public let first: Double
  public let last: Double

  /// The same at every step.
  public init(_ scale: Double) { (first, last) = (scale, scale) }

  /// Moving evenly from one scale to the other.
  public init(from first: Double, to last: Double) { (self.first, self.last) = (first, last) }

  /// The scale at `step` of `steps`.
  public func scale(step: Int, of steps: Int) -> Double {
    first + (last - first) * Double(step) / Double(max(steps - 1, 1))
  }

  /// Whether predictions without the prompt are needed at all.
  public func needsUnconditional(step: Int, of steps: Int) -> Bool {
    scale(step: step, of: steps) != 1
  }
}
