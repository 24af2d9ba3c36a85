import Compute
import Testing

@Suite struct ReferencePictureTests {
  @Test func concatenateAndSlice() throws {
    let parts = [ramp([2, 1, 2]), ramp([2, 2, 2], first: 10)]
    let joined = try evaluate(parts) { Tensor.concatenate($0, axis: 1) }
    #expect(joined.values == [0, 1, 10, 11, 12, 13, 2, 3, 14, 15, 16, 17])
    let back = try evaluate(parts) { Tensor.concatenate($0, axis: -2).slice(axis: 1, 1..<3) }
    #expect(back == parts[1])
  }

  @Test func permuteAndTokens() throws {
    let y = try evaluate([ramp([2, 3])]) { $0[0].permute([1, 0]) }
    #expect(y == HostTensor(shape: [3, 2], values: [0, 3, 1, 4, 2, 5]))
    let tokens = try evaluate([ramp([1, 2, 1, 3])]) { $0[0].tokens() }
    #expect(tokens == HostTensor(shape: [1, 3, 2], values: [0, 3, 1, 4, 2, 5]))
    let x = noise([2, 3, 4, 5], seed: 4)
    #expect(try evaluate([x]) { $0[0].tokens().spatial(height: 4, width: 5) } == x)
    #expect(
      try evaluate([x]) { $0[0].permute([2, 0, 3, 1]).permute([1, 3, 0, 2]) } == x)
  }

  @Test("pixel shuffle has PyTorch's channel order and undoes unshuffle")
  func pixelShuffle() throws {
    let y = try evaluate([ramp([1, 4, 1, 2])]) { $0[0].pixelShuffle(factor: 2) }
    #expect(y == HostTensor(shape: [1, 1, 2, 4], values: [0, 2, 1, 3, 4, 6, 5, 7]))
    let x = noise([2, 3, 6, 9], seed: 5)
    let back = try evaluate([x]) { $0[0].pixelUnshuffle(factor: 3).pixelShuffle(factor: 3) }
    #expect(back == x)
  }

  @Test func upsampleNearest() throws {
    let y = try evaluate([ramp([1, 1, 1, 2])]) { $0[0].upsampleNearest() }
    #expect(y.values == [0, 0, 1, 1, 0, 0, 1, 1])
  }

  @Test("bilinear: areas mix quarters, corners stay put")
  func resizeBilinear() throws {
    let x = ramp([1, 1, 1, 2], step: 4)
    let areas = try evaluate([x]) { $0[0].resizeBilinear(height: 1, width: 4) }
    #expect(areas.values == [0, 1, 3, 4])
    let corners = try evaluate([x]) {
      $0[0].resizeBilinear(height: 1, width: 5, alignCorners: true)
    }
    #expect(corners.values == [0, 1, 2, 3, 4])
  }

  @Test("a grid of pixel centres gives the picture back; beyond it the edge holds")
  func gridSample() throws {
    let x = noise([2, 3, 4, 8], seed: 6)
    var grid = HostTensor(shape: [2, 2, 4, 8])
    for image in 0..<2 {
      for row in 0..<4 {
        for column in 0..<8 {
          grid.values[image * 64 + row * 8 + column] = (Float(column) + 0.5) / 4 - 1
          grid.values[image * 64 + 32 + row * 8 + column] = (Float(row) + 0.5) / 2 - 1
        }
      }
    }
    #expect(relativeError(try evaluate([x, grid]) { $0[0].gridSample($0[1]) }, x) < 1e-6)
    let outside = HostTensor(shape: [1, 2, 1, 2], values: [-9, 9, -9, 9])
    let y = try evaluate([ramp([1, 1, 4, 8]), outside]) { $0[0].gridSample($0[1]) }
    #expect(y.values == [0, 31])
    let middle = HostTensor(shape: [1, 2, 1, 1], values: [-1, 0])
    let corner = try evaluate([ramp([1, 1, 3, 2]), middle]) {
      $0[0].gridSample($0[1], alignCorners: true)
    }
    #expect(corner.values == [2])
  }

  @Test func pooling() throws {
    let x = ramp([1, 1, 4, 4])
    #expect(try evaluate([x]) { $0[0].averagePool(kernel: 2) }.values == [2.5, 4.5, 10.5, 12.5])
    #expect(try evaluate([x]) { $0[0].globalAveragePool() }.values == [7.5])
    let maximum = try evaluate([x]) {
      $0[0].affine(scale: -1).maxPool(kernel: 3, stride: 2, padding: 1)
    }
    #expect(maximum.values == [0, -1, -4, -5])
  }
}
