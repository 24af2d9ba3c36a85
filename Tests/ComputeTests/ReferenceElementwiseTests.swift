import Compute
import Testing

@Suite struct ReferenceElementwiseTests {
  @Test(
    "activations at known places",
    arguments: [
      (Activation.silu, 1, 0.7310586), (.gelu, 1, 0.8413447), (.gelu, -1, -0.1586553),
      (.relu, -2, 0), (.sigmoid, 0, 0.5), (.tanh, 0.5, 0.4621172), (.hardSigmoid, 1, 0.6666667),
      (.hardSigmoid, 4, 1), (.silu, -200, 0), (.sigmoid, 200, 1),
    ] as [(Activation, Float, Float)])
  func activations(activation: Activation, x: Float, expected: Float) throws {
    let y = try evaluate([HostTensor(shape: [1], values: [x])]) { $0[0].activation(activation) }
    #expect(abs(y.values[0] - expected) < 1e-6)
  }

  @Test("sizes of 1 stretch, on both sides")
  func broadcasting() throws {
    let sum = try evaluate([ramp([2, 1]), ramp([3], first: 10)]) { $0[0] + $0[1] }
    #expect(sum == HostTensor(shape: [2, 3], values: [10, 11, 12, 11, 12, 13]))
    let picture = ramp([1, 2, 1, 2])
    let perChannel = HostTensor(shape: [1, 2, 1, 1], values: [1, 10])
    #expect(try evaluate([picture, perChannel]) { $0[0] * $0[1] }.values == [0, 1, 20, 30])
    #expect(try evaluate([picture, perChannel]) { $0[0] - $0[1] }.values == [-1, 0, -8, -7])
  }

  @Test("quotients, maxima and lengths by hand; NaN is passed on from either side")
  func quotientMaximumLength() throws {
    let picture = HostTensor(shape: [1, 2, 1, 2], values: [3, 0, 4, -2])
    #expect(
      try evaluate([picture]) { $0[0].length() }
        == HostTensor(shape: [1, 1, 1, 2], values: [5, 2]))
    #expect(try evaluate([picture]) { $0[0] / $0[0].length() }.values == [0.6, 0, 0.8, -1])
    let tokens = HostTensor(shape: [2, 2], values: [6, 8, 0, 0])
    #expect(
      try evaluate([tokens]) { $0[0].length() } == HostTensor(shape: [2, 1], values: [10, 0]))
    let other = HostTensor(shape: [1, 2, 1, 2], values: [.nan, -1, 5, -7])
    for greater in [
      try evaluate([picture, other]) { $0[0].maximum($0[1]) },
      try evaluate([other, picture]) { $0[0].maximum($0[1]) },
    ] {
      #expect(greater.values[0].isNaN)
      #expect(greater.values[1...] == [0, 5, -2])
    }
  }

  @Test func affineAndClamp() throws {
    let y = try evaluate([ramp([4])]) { $0[0].affine(scale: 2, shift: -1).clamp(to: 0...4) }
    #expect(y.values == [0, 1, 3, 4])
  }

  @Test("softmax sums to one along its axis and ignores a shift", arguments: [0, 1, -1])
  func softmax(axis: Int) throws {
    let x = noise([3, 4, 5], seed: 2)
    let y = try evaluate([x]) { $0[0].softmax(axis: axis) }
    let shifted = try evaluate([x]) { $0[0].affine(shift: 50).softmax(axis: axis) }
    #expect(relativeError(shifted, y) < 1e-4)
    let total = y.values.reduce(0, +)
    #expect(abs(total - Float(60 / x.shape[axis < 0 ? 2 : axis])) < 1e-4)
  }

  @Test("group norm leaves each group with mean 0 and variance 1")
  func groupNorm() throws {
    let y = try evaluate([noise([2, 6, 3, 5], seed: 3, scale: 7)]) {
      $0[0].affine(shift: 30).groupNorm(groups: 2, epsilon: 1e-6)
    }
    for group in 0..<4 {
      let values = y.values[(group * 45)..<(group * 45 + 45)]
      #expect(abs(values.reduce(0, +) / 45) < 1e-4)
      #expect(abs(values.reduce(0) { $0 + $1 * $1 } / 45 - 1) < 1e-3)
    }
  }

  @Test("layer norm by hand, with gain and offset")
  func layerNorm() throws {
    let weight = Constant(HostTensor(shape: [2], values: [2, 3]))
    let bias = Constant(HostTensor(shape: [2], values: [10, 20]))
    let x = HostTensor(shape: [2, 2], values: [1, 3, 5, 5])
    let y = try evaluate([x]) { $0[0].layerNorm(epsilon: 0, weight: weight, bias: bias) }
    #expect(y.values[0...1] == [8, 23])
    #expect(y.values[2].isNaN)
    let safe = try evaluate([x]) { $0[0].layerNorm(weight: weight, bias: bias) }
    #expect(safe.values[2...3] == [10, 20])
  }
}
