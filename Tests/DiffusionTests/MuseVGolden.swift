import Compute
import Diffusion
import Foundation
import Layers
import TestSupport
import Weights

/// MuseV's UNet of a fixture, with what upstream makes of several clips.
struct MuseVGolden {
  /// The numbers of a clip, as the fixture's metadata has them.
  struct Clip: Decodable {
    var shape: [Int]
    var timestep: Double
    var condition_frames: [Int]?
    var references: Int?
    var image_scale: Float?
    var motion_speed: Double?
    var skip_temporal_layers: Bool?
    var control: Bool?
  }

  let golden: Golden
  let clips: [String: Clip]

  init(_ name: String) throws {
    golden = try Golden("\(name).safetensors", in: .module)
    clips = try JSONDecoder().decode(
      [String: Clip].self, from: Data(golden.metadata("clips").utf8))
  }

  var weights: WeightScope { golden.checkpoint.weights["unet"] }

  func configuration() throws -> UNet3DConfiguration {
    try UNet3DConfiguration(golden.configuration("config"), variant: .init(of: weights))
  }

  func network() throws -> UNet3DCondition {
    let scope = weights
    let network = try UNet3DCondition(scope, configuration: configuration())
    try scope.requireAllConsumed()
    return network
  }

  func compare(_ name: String, on device: any Device) throws -> Comparison {
    let (clip, network) = (clips[name]!, try network())
    var values: [String: HostTensor] = [
      "timestep": network.timestepInput(clip.timestep),
      "positions": network.positionsInput(
        frames: clip.shape[1], motionSpeed: clip.motion_speed ?? 8),
    ]
    for key in golden.checkpoint.keys where key.hasPrefix("\(name).") && !key.hasSuffix("output") {
      values[String(key.dropFirst(name.count + 1))] = try golden[key]
    }
    let recorder = PlanRecorder(name: name)
    let inputs = values.mapValues(\.shape).sorted { $0.key < $1.key }
      .reduce(into: [:]) { $0[$1.key] = recorder.input($1.key, $1.value) }
    let conditions = ClipConditions(
      text: inputs["text"]!,
      image: inputs["image"].map { ImagePrompt(tokens: $0, scale: clip.image_scale!) },
      references: features("references", inputs), control: features("control", inputs),
      conditionFrames: clip.condition_frames ?? [],
      skipsTemporalLayers: clip.skip_temporal_layers ?? false)
    recorder.output(
      "output",
      network(
        inputs["latents"]!, timestep: inputs["timestep"]!, positions: inputs["positions"]!,
        conditions: conditions))
    let compiled = try device.compile(recorder.finish(), precision: .fp32)
    return Comparison(try compiled.run(values)["output"]!, try golden["\(name).output"])
  }

  private func features(_ name: String, _ inputs: [String: Tensor]) -> EncoderFeatures? {
    let all = (0..<7).compactMap { inputs["\(name).\($0)"] }
    return all.isEmpty ? nil : EncoderFeatures(down: all.dropLast(), middle: all[6])
  }
}

extension Golden {
  /// The configuration in the metadata under `key`.
  func configuration(_ key: String) throws -> ConfigurationFile {
    try Array(metadata(key).utf8).withUnsafeBytes {
      try ConfigurationFile(bytes: $0, name: "config.json")
    }
  }
}
