import Compute
import TestSupport
import Testing

@testable import Weights

@Suite struct WeightScopeTests {
  let checkpoint: Checkpoint
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    let tensors = [
      "block.0.weight": HostTensor(shape: [2, 3], values: [1, 2, 3, 4, 5, 6]),
      "block.0.bias": HostTensor(shape: [2], values: [7, 8]),
      "block.1.position_ids": HostTensor(shape: [2]), "other": HostTensor(shape: [1]),
    ]
    checkpoint = try Checkpoint(
      path: folder.write(SafetensorsWriter.encode(tensors), to: "model.safetensors"))
  }

  /// What `constant` holds, as a device sees it.
  func values(_ constant: Constant) throws -> [Float] {
    let recorder = PlanRecorder(name: "constant")
    recorder.output("value", recorder.constant(constant).affine())
    let compiled = try ReferenceDevice().compile(recorder.finish(), precision: .fp32)
    return try compiled.run([String: HostTensor]())["value"]!.values
  }

  @Test func givesTensorsByTheirPublishedNames() throws {
    let block = checkpoint.weights["block"]["0"]
    let weight = try block.tensor("weight", shape: [2, 3])
    #expect(weight.shape == [2, 3])
    #expect(try values(weight) == [1, 2, 3, 4, 5, 6])
    let kernel = try block.tensor("weight", shape: [2, 3, 1, 1], stored: [2, 3])
    #expect(kernel.shape == [2, 3, 1, 1])
  }

  @Test func namesFileKeyAndShapes() throws {
    let weights = checkpoint.weights["block.0"]
    let shape = WeightsError.shape(
      file: checkpoint.name, key: "block.0.bias", expected: [3], found: [2])
    #expect(throws: shape) { try weights.tensor("bias", shape: [3]) }
    for part in [checkpoint.name, "block.0.bias", "[3]", "[2]"] {
      #expect(shape.description.contains(part))
    }
    #expect(throws: WeightsError.missing(file: checkpoint.name, key: "block.0.gain")) {
      try weights.tensor("gain", shape: [3])
    }
  }

  @Test func reportsWhatIsLeftOver() throws {
    let weights = checkpoint.weights
    _ = try weights["block.0"].tensor("weight", shape: [2, 3])
    _ = try weights["block.0"].tensor("bias", shape: [2])
    try weights["block.0"].requireAllConsumed()
    try weights.requireAllConsumed(ignoring: ["*.position_ids", "oth*"])
    try weights.requireAllConsumed(ignoring: ["block*pos*ids", "other"])
    let unused = WeightsError.unused(
      file: checkpoint.name, keys: ["\"block.1.position_ids\"", "\"other\""], total: 2)
    #expect(throws: unused) { try weights.requireAllConsumed(ignoring: ["block.1.position"]) }
    #expect(weights.requirements.map(\.key) == ["block.0.bias", "block.0.weight"])
  }

  @Test func consumptionIsPerTree() throws {
    _ = try checkpoint.weights["block.0"].tensor("bias", shape: [2])
    #expect(checkpoint.weights.requirements.isEmpty)
  }

  @Test func randomWeightsFitAndRepeat() throws {
    let weights = WeightScope.random(seed: 3)
    func kernel(_ weights: WeightScope) throws -> [Float] {
      try values(weights["conv"].tensor("weight", shape: [8, 64, 3, 3]))
    }
    let first = try kernel(weights)
    let again = try kernel(.random(seed: 3))
    let other = try kernel(.random(seed: 4))
    #expect(first == again)
    #expect(first != other)
    let variance = first.reduce(0) { $0 + $1 * $1 } / Float(first.count)
    #expect(abs(variance * 64 * 9 - 1) < 0.1)
    try weights.requireAllConsumed()
    #expect(weights.requirements == [.init(key: "conv.weight", shape: [8, 64, 3, 3])])
  }
}
