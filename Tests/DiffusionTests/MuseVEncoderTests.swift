import Compute
import Diffusion
import MediaTypes
import TestSupport
import Testing
import Weights

@Suite struct MuseVEncoderTests {
  /// Records `network` over the fixture's inputs, and compares its outputs with the tensors of the same names.
  private func compare(
    _ golden: Golden, extra: [String: HostTensor] = [:], inputs names: [String],
    _ network: ([String: Tensor]) -> [String: Tensor]
  ) throws {
    var values = extra
    for name in names { values[name] = try golden["input.\(name)"] }
    let recorder = PlanRecorder(name: "encoder")
    var inputs: [String: Tensor] = [:]
    for (name, value) in values { inputs[name] = recorder.input(name, value.shape) }
    let outputs = network(inputs)
    for (name, output) in outputs { recorder.output(name, output) }
    for device in try goldenDevices() {
      let found = try device.compile(recorder.finish(), precision: .fp32).run(values)
      for name in outputs.keys {
        let comparison = Comparison(found[name]!, try golden[name])
        #expect(comparison.relativeMaximumError <= 2e-5, "\(name): \(comparison)")
      }
    }
  }

  private func named(_ features: EncoderFeatures, _ name: String) -> [String: Tensor] {
    let all = features.down + [features.middle]
    #expect(all.count == 7)
    return Dictionary(
      uniqueKeysWithValues: all.enumerated().map { ("\(name).\($0.offset)", $0.element) })
  }

  let golden: Golden
  init() throws { golden = try Golden("musev-encoders.safetensors", in: .module) }

  @Test func referenceNet() throws {
    let weights = golden.checkpoint.weights["reference"]
    let network = try ReferenceNet2D(
      weights, configuration: ReferenceNet2D.configuration(golden.configuration("reference")))
    try weights.requireAllConsumed(ignoring: ReferenceNet2D.ignoredKeys)
    try compare(golden, inputs: ["latents", "text"]) {
      named(network($0["latents"]!, context: $0["text"]!), "seen")
    }
  }

  @Test func controlNet() throws {
    let weights = golden.checkpoint.weights["control"]
    let network = try ControlNet(
      weights, configuration: ControlNetConfiguration(golden.configuration("control")))
    try weights.requireAllConsumed()
    let extra = ["timestep": network.timestepInput(321)]
    try compare(golden, extra: extra, inputs: ["latents", "text", "picture"]) {
      named(
        network(
          $0["latents"]!, timestep: $0["timestep"]!, context: $0["text"]!,
          control: $0["picture"]!, scale: 0.6), "added")
    }
  }

  @Test func imageProjection() throws {
    let weights = golden.checkpoint.weights["image_proj"]
    let network = try ImageProjection(weights)
    try weights.requireAllConsumed()
    #expect(network.tokens == 3 && network.width == 7)
    try compare(golden, inputs: ["embedding"]) { ["tokens": network($0["embedding"]!)] }
  }

  @Test("published sizes")
  func publishedSizes() throws {
    func count(_ make: (WeightScope) throws -> Void) rethrows -> Int {
      let weights = WeightScope.random()
      try make(weights)
      return weights.requirements.reduce(0) { $0 + $1.shape.reduce(1, *) }
    }
    #expect(try count { _ = try ReferenceNet2D($0) } == 348_712_960)
    #expect(try count { _ = try ControlNet($0) } == 361_279_120)
    #expect(try count { _ = try ImageProjection($0) } == 4 * 768 * 1025 + 2 * 768)
  }

  @Test("another network's file is told apart")
  func foreignWeights() throws {
    let other = try Golden("unet-two-levels.safetensors", in: .module).checkpoint.weights["unet"]
    let error = #expect(throws: WeightsError.self) { try ControlNet(other) }
    #expect(error?.exitCode == .badInput)
    #expect(throws: WeightsError.self) { try ImageProjection(golden.checkpoint.weights["control"]) }
    #expect(throws: WeightsError.self) {
      try ControlNetConfiguration(golden.configuration("reference"))
    }
    #expect(throws: WeightsError.self) {
      try ReferenceNet2D.configuration(golden.configuration("control"))
    }
  }
}
