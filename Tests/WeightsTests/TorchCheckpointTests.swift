import Compute
import MediaTypes
import TestSupport
import Testing

@testable import Weights

/// Files that PyTorch wrote, compared with the values that it wrote; see Training/goldens/checkpoints.py.
@Suite struct TorchCheckpointTests {
  let golden: Golden
  init() throws { golden = try Golden("golden.safetensors", in: .module) }

  func open(_ name: String) throws -> Checkpoint {
    try Checkpoint(path: Golden.path(name, in: .module))
  }

  func expectGolden(_ checkpoint: Checkpoint, _ keys: [String], below prefix: String = "") throws {
    for key in keys {
      let found = try checkpoint.tensor(prefix + key)
      let expected = try golden[key]
      #expect(found.shape == expected.shape, "\(key)")
      #expect(found.values.map(\.bitPattern) == expected.values.map(\.bitPattern), "\(key)")
      #expect(checkpoint.info(prefix + key)?.type.rawValue == golden.metadata(key), "\(key)")
    }
  }

  @Test(arguments: ["archive.pth", "archive-protocol4.pth", "stream.pth"])
  func readsEveryTypeAndLayout(name: String) throws {
    let checkpoint = try open(name)
    #expect(checkpoint.keys == golden.checkpoint.keys)
    try expectGolden(checkpoint, golden.checkpoint.keys)
    #expect(checkpoint.warnings == [])
  }

  @Test func readsTheOtherOrderOfBytes() throws {
    let checkpoint = try open("big-endian.pth")
    #expect(checkpoint.keys == ["base", "transposed"])
    try expectGolden(checkpoint, checkpoint.keys)
  }

  /// Logs, schedulers and configurations of classes that only mmengine has lie beside the weights.
  @Test func readsAmongForeignClasses() throws {
    let checkpoint = try open("mmengine.pth")
    let weights = checkpoint.weights["state_dict"]
    _ = try weights.tensor("base", shape: [6, 8])
    #expect(throws: WeightsError.self) { try weights.requireAllConsumed() }
    _ = try weights.tensor("half", shape: [5])
    try weights.requireAllConsumed()
    try expectGolden(checkpoint, ["base"], below: "state_dict.")
    #expect(try checkpoint.tensor("state_dict.half") == golden["types.F16"])
    #expect(checkpoint.keys.contains("optimizer.state.0.exp_avg"))
  }

  @Test(
    arguments: [
      ("optimizer.pth", "an optimizer's state"),
      ("module.pth", "class torch.nn.modules.linear.Linear"),
      ("script.pt", "TorchScript"),
    ])
  func refuses(name: String, saying: String) throws {
    let error = #expect(throws: WeightsError.self) { try open(name) }
    #expect(error?.exitCode == .badInput)
    #expect(error?.description.contains(saying) == true, "\(error?.description ?? "accepted")")
  }
}
