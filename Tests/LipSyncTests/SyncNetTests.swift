import Compute
import LipSync
import TestSupport
import Testing
import Weights

@Suite struct SyncNetTests {
  /// What is not a network's: the fixture's inputs and outputs.
  static let values = ["mfcc", "audio", "video"]

  static func input(of half: SyncNet.Half, _ golden: Golden) throws -> HostTensor {
    guard half == .pictures else { return try golden["mfcc"] }
    let shape = [2] + half.inputShape
    let values = (0..<shape.reduce(1, *)).map { Float(($0 * 7919 + 13) % 251) }
    return HostTensor(shape: shape, values: values)
  }

  @Test("both halves give PyTorch's values", arguments: [SyncNet.Half.sound, .pictures])
  func golden(half: SyncNet.Half) throws {
    let golden = try Golden("syncnet.safetensors", in: .module)
    let weights = golden.checkpoint.weights
    let network = try SyncNet(weights, half: half)
    try weights.requireAllConsumed(ignoring: half.ignoredKeys + Self.values)
    let input = try Self.input(of: half, golden)
    let recorder = PlanRecorder(name: "syncnet")
    recorder.output("embedding", network(recorder.input("input", input.shape)))
    let expected = try golden[half == .sound ? "audio" : "video"]
    for device: any Device in [ReferenceDevice(), try CPUDevice(threads: 2)] {
      let plan = try device.compile(recorder.finish(), precision: .fp32)
      let found = try #require(try plan.run(["input": input])["embedding"])
      let comparison = Comparison(found, expected)
      #expect(comparison.relativeMaximumError <= 2e-5, "\(comparison)")
    }
  }

  @Test("a half of another file is refused, and the published widths are known")
  func otherFiles() throws {
    let golden = try Golden("syncnet.safetensors", in: .module)
    let folder = try TemporaryFolder()
    var tensors: [String: HostTensor] = [:]
    for key in golden.checkpoint.keys { tensors[key] = try golden.checkpoint.tensor(key) }
    tensors["netcnnaud.11.weight"] = nil
    let path = try folder.write(SafetensorsWriter.encode(tensors), to: "weights")
    let weights = try Checkpoint(path: path).weights
    let error = #expect(throws: WeightsError.self) { try SyncNet(weights, half: .sound) }
    #expect(error?.description.contains("\"netcnnaud.11.weight\"") == true)
    _ = try SyncNet(weights, half: .pictures)
    #expect(try SyncNet(.random(), half: .pictures).width == 1024)
  }
}
