/// A value of a plan that is being recorded: it has a shape, but no numbers yet.
///
/// Pictures are [N, C, H, W], token sequences [N, L, C]. Arithmetic has the meaning of fp32: what depends on a value that
/// is not a number is not a number, and infinities are calculated with as IEEE 754 has it, so that `silu` and `gelu` of
/// -infinity are not numbers, as in PyTorch. A device may let either reach neighbours up to 3 pixels away in a
/// convolution 3x3, but never another image of the batch. A place in `gridSample` that is not a number is the first.
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
