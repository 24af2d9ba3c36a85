import Compute
import Testing

@Suite struct ReferenceProductsTests {
  @Test("a 2x2 convolution sums what it covers, bias included")
  func convolution() throws {
    let weight = Constant(ramp([1, 1, 2, 2], first: 1))
    let bias = Constant(HostTensor(shape: [1], values: [10]))
    let y = try evaluate([ramp([1, 1, 3, 3])]) { $0[0].conv2d(weight: weight, bias: bias) }
    #expect(y == HostTensor(shape: [1, 1, 2, 2], values: [37, 47, 67, 77]))
  }

  @Test("padding is one-sided where asked, strides and dilation skip")
  func convolutionGeometry() throws {
    let ones = Constant(HostTensor(shape: [1, 1, 2, 2], repeating: 1))
    let x = ramp([1, 1, 4, 4])
    let padding = Padding(top: 0, left: 1, bottom: 1, right: 0)
    let padded = try evaluate([x]) { $0[0].conv2d(weight: ones, stride: 2, padding: padding) }
    #expect(padded == HostTensor(shape: [1, 1, 2, 2], values: [4, 14, 20, 46]))
    let dilated = try evaluate([x]) { $0[0].conv2d(weight: ones, dilation: 3) }
    #expect(dilated == HostTensor(shape: [1, 1, 1, 1], values: [30]))
  }

  @Test("groups do not mix channels")
  func groups() throws {
    let weight = Constant(HostTensor(shape: [4, 1, 1, 1], values: [1, 2, 3, 4]))
    let y = try evaluate([ramp([1, 2, 1, 2], first: 1)]) { $0[0].conv2d(weight: weight, groups: 2) }
    #expect(y.values == [1, 2, 2, 4, 9, 12, 12, 16])
  }

  @Test("a wide picture, unfolded in parts, equals its shifted copies")
  func largeConvolution() throws {
    let x = noise([2, 3, 70, 300], seed: 1)
    var center = HostTensor(shape: [3, 3, 25, 25])
    for channel in 0..<3 { center.values[(channel * 3 + channel) * 625 + 312] = 1 }
    let y = try evaluate([x]) { $0[0].conv2d(weight: Constant(center), padding: Padding(12)) }
    #expect(y == x)
  }

  @Test func linear() throws {
    let weight = Constant(HostTensor(shape: [2, 3], values: [1, 0, 2, 0, 1, -1]))
    let bias = Constant(HostTensor(shape: [2], values: [5, 6]))
    let y = try evaluate([ramp([1, 2, 3])]) { $0[0].linear(weight: weight, bias: bias) }
    #expect(y == HostTensor(shape: [1, 2, 2], values: [9, 5, 18, 5]))
  }

  @Test("products of matrices, batched and transposed")
  func matmul() throws {
    let (a, b) = (ramp([2, 2, 2]), ramp([2, 2, 2], first: 1))
    let plain = try evaluate([a, b]) { $0[0].matmul($0[1]) }
    #expect(plain.values == [3, 4, 11, 16, 55, 64, 79, 92])
    let transposed = try evaluate([a, b]) { $0[0].matmul($0[1], transposed: true) }
    #expect(transposed.values == [2, 4, 8, 18, 50, 68, 72, 98])
  }

  @Test("equal keys weigh equally; a matching key wins")
  func attention() throws {
    let value = HostTensor(shape: [1, 2, 2], values: [1, 2, 3, 6])
    let even = try evaluate([ramp([1, 1, 2]), HostTensor(shape: [1, 2, 2], repeating: 1), value]) {
      $0[0].attention(key: $0[1], value: $0[2], heads: 2)
    }
    #expect(even.values == [2, 4])
    let query = HostTensor(shape: [1, 1, 2], values: [100, -100])
    let key = HostTensor(shape: [1, 2, 2], values: [1, 1, -1, -1])
    let chosen = try evaluate([query, key, value]) {
      $0[0].attention(key: $0[1], value: $0[2], heads: 2)
    }
    #expect(chosen.values == [1, 6])
  }
}
