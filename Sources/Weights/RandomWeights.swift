/// Values for a tensor of a network without weights: the same for the same key, shape and seed.
///
/// Uniform, of variance 1 / inputs for matrices and kernels so that activations keep their size; one-dimensional
/// `weight`s are gains near 1, as are variances; other one-dimensional tensors are near 0.
func randomWeights(key: String, shape: [Int], seed: UInt64) -> [Float] {
  // FNV-1a: Swift's own hashing differs from run to run.
  var state = key.utf8.reduce(0xCBF2_9CE4_8422_2325 ^ seed) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  let inputs = shape.dropFirst().reduce(1, *)
  let isGain = shape.count == 1 && (key.hasSuffix("weight") || key.hasSuffix("running_var"))
  let spread = shape.count == 1 ? 0.1 : (3 / Float(inputs)).squareRoot()
  return (0..<shape.reduce(1, *)).map { _ in
    // SplitMix64.
    state &+= 0x9E37_79B9_7F4A_7C15
    var bits = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    bits ^= bits >> 31
    let unit = Float(bits >> 40) * 0x1p-23 - 1
    return (isGain ? 1 : 0) + unit * spread
  }
}
