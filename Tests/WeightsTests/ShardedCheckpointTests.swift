import Compute
import MediaTypes
import TestSupport
import Testing

@testable import Weights

@Suite struct ShardedCheckpointTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  @Test(
    arguments: [
      "sharded-safetensors", "sharded-safetensors/model.safetensors.index.json",
      "sharded-bin", "sharded-bin/pytorch_model.bin.index.json",
    ])
  func readsAllParts(name: String) throws {
    let golden = try Golden("golden.safetensors", in: .module)
    let checkpoint = try Checkpoint(path: Golden.path(name, in: .module))
    #expect(checkpoint.keys == golden.checkpoint.keys)
    for key in checkpoint.keys { #expect(try checkpoint.tensor(key) == golden[key], "\(key)") }
  }

  /// What the reader says about `index`, which lies beside parts `a` (tensors x, y) and `b` (z).
  func complaint(_ index: String) throws -> WeightsError? {
    func part(_ names: String...) -> [UInt8] {
      SafetensorsWriter.encode(
        names.reduce(into: [:]) { $0[$1] = HostTensor(shape: [1], values: [1]) })
    }
    try folder.write(part("x", "y"), to: "a")
    try folder.write(part("z"), to: "b")
    let path = try folder.write(Array(index.utf8), to: "x.index.json")
    return #expect(throws: WeightsError.self) { try Checkpoint(path: path) }
  }

  @Test(
    arguments: [
      (#"{"hidden_size": 4}"#, "no index", .badInput),
      (#"{"weight_map": {}}"#, "names no tensors", .badInput),
      (#"{"weight_map": {"x": 3}}"#, "no index", .badInput),
      (#"{"weight_map": {"x": "a", "y": "a", "z": "../b"}}"#, "\"../b\"", .badInput),
      (#"{"weight_map": {"x": "a", "y": "a", "z": "/etc/passwd"}}"#, "passwd", .badInput),
      (#"{"weight_map": {"x": "a", "y": "a", "z": "x.index.json"}}"#, "JSON", .badInput),
      (#"{"weight_map": {"x": "a", "z": "b"}}"#, "\"y\"", .badInput),
      (#"{"weight_map": {"x": "b", "y": "a", "z": "b"}}"#, "\"x\"", .badInput),
      (#"{"weight_map": {"x": "a", "y": "a", "w": "b"}}"#, "\"z\"", .badInput),
      (#"{"weight_map": {"x": "a", "y": "a", "z": "c"}}"#, "/c", .missingInput),
      (#"{"weight_map": {"x": "#, "no index", .badInput),
    ] as [(String, String, ExitCode)])
  func refuses(index: String, saying: String, code: ExitCode) throws {
    let complaint = try complaint(index)
    #expect(complaint?.exitCode == code)
    #expect(complaint?.description.contains(saying) == true, "\(complaint?.description ?? "")")
  }

  @Test func refusesFoldersWithoutOneIndex() throws {
    let none = #expect(throws: WeightsError.self) { try Checkpoint(path: folder.path) }
    #expect(none?.description.contains("name the file") == true)
    try folder.write([], to: "a.index.json")
    try folder.write([], to: "b.index.json")
    let several = #expect(throws: WeightsError.self) { try Checkpoint(path: folder.path) }
    #expect(several?.description.contains("a.index.json, b.index.json") == true)
    #expect(several?.exitCode == .missingInput)
  }
}
