import Foundation

/// The values of `torch.randn` on an NVIDIA device: Philox 4x32-10 (Salmon and others, 2011) and Box and Muller's transform.
///
/// A device computes with so many threads at once, and a larger tensor's values depend on how many: `threads` is that
/// number, 128 x 6 x 256 on an RTX 4090.
public struct GraphicsNormals: NormalGenerator {
  private static let blockSize = 256
  private static let valuesPerThread = 4
  private let seed: UInt64
  private let threads: Int
  /// How many groups of four numbers every thread has drawn.
  private var drawn: UInt64 = 0

  public init(seed: UInt64, threads: Int = 128 * 6 * 256) {
    precondition(threads >= Self.blockSize, "threads: a block at least, not \(threads)")
    self.seed = seed
    self.threads = threads / Self.blockSize * Self.blockSize
  }

  public mutating func normals(_ count: Int) -> [Float] {
    var values = [Float](repeating: 0, count: count)
    let blocks = (count + Self.blockSize - 1) / Self.blockSize
    let active = min(blocks * Self.blockSize, threads)
    guard active > 0 else { return values }
    let perRound = active * Self.valuesPerThread
    let rounds = (count + perRound - 1) / perRound
    for round in 0..<rounds {
      for thread in 0..<min(active, count - round * perRound) {
        let four = Self.normals(
          Self.philox(counter: drawn + UInt64(round), thread: UInt64(thread), key: seed))
        for place in 0..<Self.valuesPerThread {
          let index = round * perRound + place * active + thread
          if index < count { values[index] = four[place] }
        }
      }
    }
    drawn += UInt64(rounds)
    return values
  }

  private static func philox(counter: UInt64, thread: UInt64, key: UInt64) -> SIMD4<UInt32> {
    var state = SIMD4(
      UInt32(truncatingIfNeeded: counter), UInt32(counter >> 32),
      UInt32(truncatingIfNeeded: thread), UInt32(thread >> 32))
    var (low, high) = (UInt32(truncatingIfNeeded: key), UInt32(key >> 32))
    for _ in 0..<10 {
      let first = UInt64(state[0]) * 0xd251_1f53
      let second = UInt64(state[2]) * 0xcd9e_8d57
      state = SIMD4(
        UInt32(second >> 32) ^ state[1] ^ low, UInt32(truncatingIfNeeded: second),
        UInt32(first >> 32) ^ state[3] ^ high, UInt32(truncatingIfNeeded: first))
      low &+= 0x9e37_79b9
      high &+= 0xbb67_ae85
    }
    return state
  }

  private static func normals(_ bits: SIMD4<UInt32>) -> SIMD4<Float> {
    func pair(_ x: UInt32, _ y: UInt32) -> (Float, Float) {
      let u = Float(x) * 0x1p-32 + 0x1p-33
      let angle = (Float(y) * 0x1p-32 + 0x1p-33) * 2 * Float.pi
      let radius = (-2 * log(u)).squareRoot()
      return (radius * sin(angle), radius * cos(angle))
    }
    let (a, b) = pair(bits[0], bits[1])
    let (c, d) = pair(bits[2], bits[3])
    return SIMD4(a, b, c, d)
  }
}
