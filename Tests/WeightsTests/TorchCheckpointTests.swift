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

  // MARK: Forms that today's PyTorch does not write

  func tensor(_ key: String, in bytes: [UInt8]) throws -> HostTensor {
    try withGuardedBytes(bytes) { try Checkpoint(staticBytes: $0, name: "old").tensor(key) }
  }

  /// Before 1.6 a storage could be a part of another one: key, offset and size.
  @Test func readsPartsOfStorages() throws {
    let part = PickleBytes.tuple([
      PickleBytes.text("storage"), PickleBytes.global("torch", "FloatStorage"),
      PickleBytes.text("0"), PickleBytes.text("cpu"), PickleBytes.integer(4),
      PickleBytes.tuple([PickleBytes.text("1"), PickleBytes.integer(1), PickleBytes.integer(3)]),
    ])
    func stream(offset: Int) -> [UInt8] {
      let tensor = PickleBytes.tensor(
        storage: part + [0x51], offset: offset, shape: [2], strides: [1])
      return TorchBytes.stream(PickleBytes.dictionary([("x", tensor)]))
    }
    #expect(try tensor("x", in: stream(offset: 1)).values == [3, 4])
    #expect(complaint(stream(offset: 2))?.contains("beyond its storage of 3") == true)
  }

  /// Python 2 wrote ordered dictionaries as lists of pairs, names as byte strings, and 0.3 knew a first form of tensor.
  @Test func readsPython2() throws {
    let first = PickleBytes.call(
      "torch._utils", "_rebuild_tensor",
      [
        PickleBytes.storage("0", count: 4), PickleBytes.integer(2), PickleBytes.integers([2]),
        PickleBytes.integers([1]),
      ])
    let pair: [UInt8] = [0x5D, 0x28, 0x55, 1, 0x78] + first + [0x65]
    let state = PickleBytes.call("collections", "OrderedDict", [[0x5D, 0x28] + pair + [0x65]])
    #expect(try tensor("x", in: TorchBytes.stream(state)).values == [3, 4])
  }
}
