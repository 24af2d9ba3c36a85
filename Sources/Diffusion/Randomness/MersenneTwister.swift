/// The generator MT19937 (Matsumoto and Nishimura, 1998), which PyTorch's processor generator is.
struct MersenneTwister: Sendable {
  private static let (length, middle) = (624, 397)
  private var state: [UInt32]
  private var index = Self.length

  /// Seeds with the low 32 bits, as PyTorch does.
  init(seed: UInt64) {
    state = [UInt32(truncatingIfNeeded: seed)]
    state.reserveCapacity(Self.length)
    for index in 1..<Self.length {
      let last = state[index - 1]
      state.append(1_812_433_253 &* (last ^ (last >> 30)) &+ UInt32(index))
    }
  }

  mutating func next() -> UInt32 {
    if index == Self.length { twist() }
    var value = state[index]
    index += 1
    value ^= value >> 11
    value ^= (value << 7) & 0x9d2c_5680
    value ^= (value << 15) & 0xefc6_0000
    return value ^ (value >> 18)
  }

  private mutating func twist() {
    for index in 0..<Self.length {
      let joined =
        (state[index] & 0x8000_0000) | (state[(index + 1) % Self.length] & 0x7fff_ffff)
      state[index] =
        state[(index + Self.middle) % Self.length] ^ (joined >> 1)
        ^ (joined & 1 == 0 ? 0 : 0x9908_b0df)
    }
    index = 0
  }
}
