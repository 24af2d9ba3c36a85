import Compute
import Diffusion
import Foundation

/// ControlNets ready to run beside a UNet, frame by frame, whose additions are summed.
final class ControlStack {
  private struct Layer {
    let choice: ControlChoice
    let plan: any CompiledPlan
    let pictures: any ControlPictures
    let timestep: @Sendable (Double) -> HostTensor
    let poolsGlobally: Bool
  }

  /// What is added to one frame's pictures: shapes [1, channels, height, width], the middle's last.
  private let shapes: [[Int]]
  private let layers: [Layer]
  private let latents: [Int]
  private let prompts: EncodedPrompts
  /// The steps that are taken, of which shares are counted.
  private let steps: Range<Int>
  /// Whether all are asked only where there is a prompt, and count less in finer pictures.
  private let guesses: Bool
  /// Of the frames that were looked at last, by layer and frame.
  private var seen: [[Int: HostTensor]]

  /// `shape` is that of one frame's latents, [1, channels, height, width]; `networks` is not empty.
  init(
    _ networks: [(choice: ControlChoice, network: ControlNet, pictures: any ControlPictures)],
    guesses: Bool, shape: [Int], prompts: EncodedPrompts, steps: Range<Int>, device: any Device,
    precision: Precision
  ) throws {
    layers = try networks.map { choice, network, pictures in
      guard
        choice.strength == 0
          || steps.indices.contains(where: {
            choice.scale(step: $0 - steps.lowerBound, of: steps.count) != 0
          })
      else {
        throw RuntimeError.usage(
          "--control \(choice.text): no step of \(steps.count) lies from \(choice.start) to \(choice.end): widen "
            + "that, or take more steps")
      }
      let plan = try Self.compiled(network, shape, prompts, device, precision)
      return Layer(
        choice: choice, plan: plan, pictures: pictures, timestep: { network.timestepInput($0) },
        poolsGlobally: network.configuration.poolsGlobally)
    }
    shapes = layers[0].plan.signature.outputs.map(\.shape)
    seen = Array(repeating: [:], count: layers.count)
    (latents, self.prompts, self.steps, self.guesses) = (shape, prompts, steps, guesses)
  }

  private static func compiled(
    _ network: ControlNet, _ shape: [Int], _ prompts: EncodedPrompts, _ device: any Device,
    _ precision: Precision
  ) throws -> any CompiledPlan {
    let recorder = PlanRecorder(name: "controlnet")
    let scale = network.configuration.pictureScale
    let added = network(
      recorder.input("latents", shape),
      timestep: recorder.input("timestep", network.timestepInput(0).shape),
      context: recorder.input("text", prompts.prompt.shape),
      control: recorder.input("control", [1, 3, shape[2] * scale, shape[3] * scale]))
    for (index, picture) in (added.down + [added.middle]).enumerated() {
      recorder.output("\(index)", picture)
    }
    return try device.compile(recorder.finish(), precision: precision)
  }

  /// Declares what is added to `frames` frames an input of another plan.
  func inputs(_ recorder: PlanRecorder, frames: Int) -> EncoderFeatures {
    let all = shapes.enumerated().map { index, shape in
      recorder.input(Self.name(index), [frames] + shape.dropFirst())
    }
    return EncoderFeatures(down: all.dropLast(), middle: all[all.count - 1])
  }

  private static func name(_ index: Int) -> String { "control \(index)" }

  /// What is added to frames, by those inputs' names.
  ///
  /// `values` are the frames' latents as the UNet sees them, `frames` their numbers in the video.
  func additions(
    to values: [Float], frames: [Int], for request: DenoisingRequest
  ) throws -> [String: HostTensor] {
    var sums = shapes.map { HostTensor(shape: [frames.count] + $0.dropFirst()) }
    let size = latents.reduce(1, *)
    for (index, layer) in layers.enumerated() {
      let scale = layer.choice.scale(step: request.step - steps.lowerBound, of: steps.count)
      let isAsked = request.conditioning == .prompted || !(guesses || layer.poolsGlobally)
      guard scale != 0, isAsked else { continue }
      let scales = scales(guesses: guesses && !layer.poolsGlobally).map { $0 * scale }
      seen[index] = seen[index].filter { frames.contains($0.key) }
      for (place, frame) in frames.enumerated() {
        let control = try seen[index][frame] ?? layer.pictures.picture(at: frame).control
        seen[index][frame] = control
        let inputs = [
          "latents": HostTensor(
            shape: latents, values: Array(values[(place * size)..<((place + 1) * size)])),
          "timestep": layer.timestep(request.timestep), "text": prompts[request.conditioning],
          "control": control,
        ]
        let added = try layer.plan.run(inputs)
        for (number, scale) in scales.enumerated() {
          guard var picture = added["\(number)"] else { continue }
          if layer.poolsGlobally { picture.pool() }
          sums[number].add(picture.values, times: scale, at: place * picture.values.count)
        }
      }
    }
    return Dictionary(uniqueKeysWithValues: sums.enumerated().map { (Self.name($0), $1) })
  }

  /// How much each picture counts: all as much, or evenly in the logarithm from a tenth to all.
  private func scales(guesses: Bool) -> [Float] {
    let last = shapes.count - 1
    return (0...last).map { guesses ? Float(pow(10, Double($0) / Double(last) - 1)) : 1 }
  }
}

extension HostTensor {
  /// Adds `values` times `scale` to those from `start` on.
  fileprivate mutating func add(_ values: [Float], times scale: Float, at start: Int) {
    self.values.withUnsafeMutableBufferPointer { sums in
      for (index, value) in values.enumerated() { sums[start + index] += scale * value }
    }
  }

  /// Puts every plane's mean in the place of its values.
  fileprivate mutating func pool() {
    let plane = shape[2] * shape[3]
    for start in stride(from: 0, to: values.count, by: plane) {
      let mean = values[start..<(start + plane)].reduce(0, +) / Float(plane)
      for index in start..<(start + plane) { values[index] = mean }
    }
  }
}
