/// A value of a plan that is being recorded: it has a shape, but no numbers yet.
///
/// Pictures are [N, C, H, W], token sequences [N, L, C]. Arithmetic has the meaning of fp32.
public struct Tensor: Sendable {
  public let shape: [Int]
  let value: Int
  let recorder: PlanRecorder

  public var rank: Int { shape.count }

  /// `constant` as a tensor of the same plan.
  public func constant(_ constant: Constant) -> Tensor { recorder.constant(constant) }

  func record(_ kind: Operator, with others: [Tensor] = [], shape: [Int]) -> Tensor {
    recorder.record(kind, [self] + others, shape: shape)
  }

  /// `axis` counted from the front; negative axes count from the back.
  func resolve(axis: Int) -> Int {
    let resolved = axis < 0 ? axis + rank : axis
    precondition(shape.indices.contains(resolved), "axis \(axis) of shape \(shape)")
    return resolved
  }
}
