import Compute
import Diffusion
import Foundation
import TestSupport
import Testing
import Weights

/// The UNet of a fixture, with what diffusers made of its input.
struct UNetGolden {
  let golden: Golden
  let configuration: UNetConfiguration

  init(_ name: String) throws {
    golden = try Golden("unet-\(name).safetensors", in: .module)
    configuration = try Array(golden.metadata("config").utf8).withUnsafeBytes {
      try UNetConfiguration(ConfigurationFile(bytes: $0, name: name))
    }
  }

  func plan() throws -> Plan {
    let weights = golden.checkpoint.weights["unet"]
    let network = try UNet2DCondition(weights, configuration: configuration)
    try weights.requireAllConsumed()
    let recorder = PlanRecorder(name: "unet")
    let output = network(
      recorder.input("sample", try golden["sample"].shape),
      timestep: Double(golden.metadata("timestep"))!,
      context: recorder.input("context", try golden["context"].shape))
    recorder.output("output", output)
    return recorder.finish()
  }

  func compare(on device: any Device, precision: Precision) throws -> Comparison {
    let compiled = try device.compile(plan(), precision: precision)
    let outputs = try compiled.run(["sample": golden["sample"], "context": golden["context"]])
    return Comparison(outputs["output"]!, try golden["output"])
  }
}

@Suite struct UNetGoldenTests {
  static let names = ["two-levels", "two-layers", "linear-projection", "odd-sizes"]

  @Test(arguments: names)
  func equalsDiffusers(name: String) throws {
    for device in try goldenDevices() {
      let comparison = try UNetGolden(name).compare(on: device, precision: .fp32)
      #expect(comparison.relativeMaximumError <= 2e-4, "\(comparison)")
    }
  }

  @Test(arguments: names)
  func equalsDiffusersOnTheCPU(name: String) throws {
    let device = try CPUDevice(threads: 2)
    let exact = try UNetGolden(name).compare(on: device, precision: .fp32)
    #expect(exact.relativeMaximumError <= 2e-4, "\(exact)")
    let rounded = try UNetGolden(name).compare(on: device, precision: .bf16)
    // Networks this small amplify rounding: the fixture tells by how much, whatever the engine.
    let sensitivity = try #require(try Float(UNetGolden(name).golden.metadata("bf16_sensitivity")))
    #expect(rounded.relativeMaximumError <= 2 * sensitivity, "\(rounded)")
    #expect(rounded.relativeMaximumError > 1e-5, "bf16 was not used")
  }
}
