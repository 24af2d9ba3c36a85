/// The number format of matrix products and convolutions; sums are always fp32.
public enum Precision: String, Sendable, Hashable, CaseIterable {
  /// 32-bit floating point throughout.
  case fp32
  /// Operands of products in bfloat16 (8 bits of mantissa), everything else in fp32: half the memory for weights. CPUs
  /// that do not multiply bf16 widen it as they read, and take longer than in fp32.
  case bf16
  /// bf16 where the CPU multiplies it natively, fp32 elsewhere.
  case auto
}
