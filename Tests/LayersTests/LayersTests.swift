import Compute
import Layers
import TestSupport
import Testing
import Weights

/// A layer's output for one picture or sequence, computed with weights that fit.
private func run(_ input: HostTensor, _ layer: (Tensor) throws -> Tensor) throws -> HostTensor {
  let recorder = PlanRecorder(name: "layer")
  recorder.output("y", try layer(recorder.input("x", input.shape)))
  let compiled = try ReferenceDevice().compile(recorder.finish(), precision: .fp32)
  return try compiled.run(["x": input])["y"]!
}

/// Values without pattern.
private func noise(_ shape: [Int]) -> HostTensor {
  let count = shape.reduce(1, *)
  return HostTensor(
    shape: shape, values: (0..<count).map { Float(($0 * 7919 + 13) % 101) / 50 - 1 })
}

@Suite struct LayersTests {
  @Test func linearWithAndWithoutBias() throws {
    let folder = try TemporaryFolder()
    let tensors = [
      "weight": HostTensor(shape: [2, 3], values: [1, 2, 3, 4, 5, 6]),
      "bias": HostTensor(shape: [2], values: [10, 20]),
    ]
    let path = try folder.write(SafetensorsWriter.encode(tensors), to: "weights")
    let weights = try Checkpoint(path: path).weights
    let x = HostTensor(shape: [1, 3], values: [1, 0, -1])
    let plain = try Linear(weights, inputs: 3, outputs: 2, bias: false)
    #expect(try run(x) { plain($0) }.values == [-2, -2])
    #expect(throws: WeightsError.self) { try weights.requireAllConsumed() }
    let full = try Linear(weights, inputs: 3, outputs: 2)
    #expect(try run(x) { full($0) }.values == [8, 18])
    try weights.requireAllConsumed()
    #expect(throws: WeightsError.self) { try Linear(weights, inputs: 2, outputs: 2) }
  }

  @Test func conv1dIsAPictureOfHeightOne() throws {
    let conv = try Conv1d(
      .random(), inputs: 3, outputs: 4, kernel: 3, stride: 2, padding: 1)
    let x = noise([2, 3, 10])
    let sequence = try run(x) { conv($0) }
    let picture = try run(HostTensor(shape: [2, 3, 1, 10], values: x.values)) {
      conv.overPicture($0)
    }
    #expect(sequence.shape == [2, 4, 5])
    #expect(picture.shape == [2, 4, 1, 5])
    #expect(sequence.values == picture.values)
  }

  @Test func geluGateTakesTheSecondHalf() throws {
    // Gates of zero close the way whatever the values are: only the last matrix's offset is left.
    let folder = try TemporaryFolder()
    let tensors = [
      "net.0.proj.weight": HostTensor(shape: [16, 2], repeating: 0),
      "net.0.proj.bias": HostTensor(
        shape: [16], values: Array(repeating: 3, count: 8) + Array(repeating: 0, count: 8)),
      "net.2.weight": HostTensor(shape: [2, 8], repeating: 1),
      "net.2.bias": HostTensor(shape: [2], values: [5, 6]),
    ]
    let path = try folder.write(SafetensorsWriter.encode(tensors), to: "weights")
    let layer = try GEGLUFeedForward(Checkpoint(path: path).weights, channels: 2)
    #expect(try run(noise([1, 1, 2])) { layer($0) }.values == [5, 6])
  }

  @Test func attentionIgnoresTheOrderOfItsContext() throws {
    let layer = try CrossAttention(.random(), channels: 8, context: 4, heads: 2)
    let context = noise([1, 3, 4])
    let reversed = HostTensor(
      shape: [1, 3, 4],
      values: Array(context.values[8...]) + Array(context.values[4..<8]) + context.values[..<4])
    func attend(_ context: HostTensor) throws -> HostTensor {
      try run(noise([1, 5, 8])) { layer($0, context: $0.constant(Constant(context))) }
    }
    let comparison = try Comparison(attend(context), attend(reversed))
    #expect(comparison.relativeMaximumError < 1e-5, "\(comparison)")
  }

  @Test(arguments: [(3, 4), (5, 5), (8, 6)])
  func downThenUpRestoresOddSizes(height: Int, width: Int) throws {
    let down = try Downsample2D(.random(), channels: 2)
    let up = try Upsample2D(.random(seed: 1), channels: 2)
    let y = try run(noise([1, 2, height, width])) { up(down($0), size: (height, width)) }
    #expect(y.shape == [1, 2, height, width])
    let halved = try run(noise([1, 2, height, width])) { down($0) }
    #expect(halved.shape == [1, 2, (height + 1) / 2, (width + 1) / 2])
  }

  @Test func resnetBlockKeepsItsInputAndAddsTime() throws {
    let block = try ResnetBlock2D(
      .random(), inputs: 4, outputs: 6, timeChannels: 8, groups: 2, epsilon: 1e-5)
    let x = noise([1, 4, 5, 5])
    func with(time: Float) throws -> HostTensor {
      let time = HostTensor(shape: [1, 8], repeating: time)
      return try run(x) { block($0, time: $0.constant(Constant(time))) }
    }
    #expect(try with(time: 0).shape == [1, 6, 5, 5])
    #expect(try with(time: 0) != with(time: 1))
  }

  @Test func timestepsAreSinesAndCosines() {
    let plain = SinusoidalTimesteps(channels: 4, cosineFirst: false, frequencyShift: 0)(2)
    let expected: [Float] = [0.9092974, 0.0199987, -0.4161468, 0.9998]
    #expect(plain.shape == [1, 4])
    #expect(zip(plain.values, expected).allSatisfy { abs($0 - $1) < 1e-6 } == true)
    let flipped = SinusoidalTimesteps(channels: 320, cosineFirst: true, frequencyShift: 0)(0)
    #expect(flipped.values == Array(repeating: 1, count: 160) + Array(repeating: 0, count: 160))
  }
}
