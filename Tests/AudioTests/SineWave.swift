import Glibc

/// A sine of unit amplitude at an exact frequency, sampled from time 0.
func sineWave(hertz: Double, sampleRate: Int, count: Int, phase: Double = 0.3) -> [Float] {
  (0..<count).map { index in
    Float(sin(2 * Double.pi * hertz * Double(index) / Double(sampleRate) + phase))
  }
}

/// A repeatable pseudo-random signal in -1 ..< 1.
func noise(count: Int, seed: UInt64 = 1) -> [Float] {
  var state = seed &* 0x9E37_79B9_7F4A_7C15
  return (0..<count).map { _ in
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Float(Int32(truncatingIfNeeded: state >> 32)) / 2_147_483_648
  }
}
