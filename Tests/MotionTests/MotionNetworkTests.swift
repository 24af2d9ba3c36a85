import Compute
import Motion
import TestSupport
import Testing
import Weights

@Suite("Motion network")
struct MotionNetworkTests {
  static func configuration() throws -> MotionConfiguration {
    try MotionConfiguration(
      ConfigurationFile(path: Golden.path("motion/config.json", in: .module)))
  }

  static func network() throws -> MotionNetwork {
    let checkpoint = try Checkpoint(path: Golden.path("motion/model.safetensors", in: .module))
    return try MotionNetwork(checkpoint.weights, configuration: configuration())
  }

  @Test("gives PyTorch's values")
  func golden() throws {
    let golden = try Golden("motion/golden.safetensors", in: .module)
    let network = try Self.network()
    let plan = network.plan(frames: network.configuration.window)
    let timestep = try #require(Double(golden.metadata("timestep")))
    for device in try goldenDevices() {
      let compiled = try device.compile(plan, precision: .fp32)
      let outputs = try compiled.run([
        "motion": golden["motion"], "conditions": golden["conditions"],
        "sinusoid": network.sinusoid(timestep),
      ])
      let comparison = try Comparison(#require(outputs["velocity"]), golden["velocity"])
      #expect(comparison.relativeMaximumError < 2e-4, "\(comparison)")
    }
  }
}
