@testable import Compute
import Testing

@Suite struct ArenaLayoutTests {
  @Test("buffers that live together never overlap, and the arena is not much larger than the peak")
  func randomLives() {
    var state: UInt64 = 7
    func random(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    for _ in 0..<20 {
      let buffers = (0..<60).map { _ in
        let first = random(100)
        return ArenaLayout.Buffer(
          byteCount: 64 * (1 + random(50)), firstUse: first, lastUse: first + random(12))
      }
      let layout = ArenaLayout(buffers)
      for (index, one) in buffers.enumerated() {
        for (other, two) in buffers.enumerated().dropFirst(index + 1)
        where one.firstUse <= two.lastUse && two.firstUse <= one.lastUse {
          let (a, b) = (layout.offsets[index], layout.offsets[other])
          #expect(a + one.byteCount <= b || b + two.byteCount <= a)
        }
      }
      let peak = (0..<112).map { moment in
        buffers.filter { ($0.firstUse...$0.lastUse).contains(moment) }.reduce(0) {
          $0 + $1.byteCount
        }
      }.max()!
      #expect(layout.byteCount >= peak && layout.byteCount <= peak * 3 / 2)
    }
  }
}
