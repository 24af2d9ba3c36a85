import Compute
import Layers
import TestSupport
import Testing
import Weights

@Suite struct BatchNormTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A layer's tensors and those of the normalisation after it, for two channels.
  func weights(_ layer: [String: HostTensor], variance: [Float] = [3, 0]) throws -> WeightScope {
    var tensors = Dictionary(uniqueKeysWithValues: layer.map { ("layer.\($0)", $1) })
    for (name, values) in [
      ("weight", [2, 3]), ("bias", [10, 20]), ("running_mean", [0.5, -1]),
      ("running_var", variance),
    ] {
      tensors["norm.\(name)"] = HostTensor(shape: [2], values: values)
    }
    let path = try folder.write(SafetensorsWriter.encode(tensors), to: "weights")
    return try Checkpoint(path: path).weights
  }

  func run(_ x: HostTensor, _ layer: (Tensor) -> Tensor) throws -> [Float] {
    let recorder = PlanRecorder(name: "norm")
    recorder.output("y", layer(recorder.input("x", x.shape)))
    let compiled = try ReferenceDevice().compile(recorder.finish(), precision: .fp32)
    return try compiled.run(["x": x])["y"]!.values
  }

  @Test("a folded normalisation equals the one by hand, epsilon included")
  func convolution() throws {
    let kernel = HostTensor(shape: [2, 1, 1, 1], values: [4, -5])
    let scope = try weights(["weight": kernel])
    let layer = try ConvolutionWithNorm(
      scope["layer"], norm: scope["norm"], inputs: 1, outputs: 2, kernel: 1)
    try scope.requireAllConsumed()
    let found = try run(HostTensor(shape: [1, 1, 1, 2], values: [1, 0.25])) { layer($0) }
    func expected(_ x: Double, _ channel: Int) -> Double {
      channel == 0
        ? (4 * x - 0.5) / (3 + 1e-5).squareRoot() * 2 + 10
        : (-5 * x + 1) / 1e-5.squareRoot() * 3 + 20
    }
    let all = [expected(1, 0), expected(0.25, 0), expected(1, 1), expected(0.25, 1)]
    for (x, y) in zip(found, all) { #expect(abs(Double(x) - y) <= 1e-6 * abs(y), "\(x), not \(y)") }
  }

  @Test("groups keep to their own channels, and a bias moves with them")
  func groupsAndBias() throws {
    let scope = try weights(
      [
        "weight": HostTensor(shape: [2, 1, 1, 1], values: [4, -5]),
        "bias": HostTensor(shape: [2], values: [100, 200]),
      ], variance: [1, 4])
    let layer = try ConvolutionWithNorm(
      scope["layer"], norm: scope["norm"], inputs: 2, outputs: 2, kernel: 1, groups: 2, bias: true)
    let found = try run(HostTensor(shape: [1, 2, 1, 1], values: [1, 2])) { layer($0) }
    let expected: [Float] = [(4 + 100 - 0.5) * 2 + 10, (-10 + 200 + 1) / 2 * 3 + 20]
    for (x, y) in zip(found, expected) { #expect(abs(x - y) <= 1e-4 * abs(y), "\(x), not \(y)") }
  }
}
