/// A diffusion sampler: which timesteps a network is asked at, and what becomes of the latents after each answer.
///
/// Values are elementwise, so latents may have any shape. Steps are counted from 0 and are taken in order.
public protocol Scheduler: Sendable {
  /// The timesteps that the network is asked at, falling.
  var timesteps: [Double] { get }

  /// What standard normal noise is multiplied by to begin with.
  var initialNoiseScale: Double { get }

  /// What the network is given in place of `latents` at `step`.
  func modelInput(_ latents: [Float], step: Int) -> [Float]

  /// The latents after `step`; `noise` is asked for standard normal values where the sampler adds noise, and only there.
  mutating func advance(
    _ latents: [Float], prediction: [Float], step: Int, noise: () throws -> [Float]
  ) rethrows -> [Float]

  /// The clean latents that a network's answer at `step` means.
  func clean(_ latents: [Float], prediction: [Float], step: Int) -> [Float]

  /// What earlier steps left for later ones, beside the latents; with it, another scheduler of the same kind goes on.
  var memory: [Float] { get set }

  /// Clean latents with as much noise as there is before `step`.
  func noised(_ clean: [Float], noise: [Float], step: Int) -> [Float]
}

extension Scheduler {
  public var initialNoiseScale: Double { 1 }

  public func modelInput(_ latents: [Float], step: Int) -> [Float] { latents }

  public var memory: [Float] {
    get { [] }
    set {}
  }
}

/// a x + b y, value by value.
func combined(_ a: Double, _ x: [Float], _ b: Double, _ y: [Float]) -> [Float] {
  precondition(x.count == y.count, "\(x.count) values cannot be combined with \(y.count)")
  let (a, b) = (Float(a), Float(b))
  return zip(x, y).map { a * $0 + b * $1 }
}
