import Compute
import Foundation

/// Runs one network on a fixed input and looks at what comes out.
struct NetworkTrial {
  private let network: any CatalogedNetwork
  private let device: any Device

  init(_ network: any CatalogedNetwork, device: any Device) {
    self.network = network
    self.device = device
  }

  /// Sizes of free axes: those of the pipeline, but small pictures where any size will do.
  private static let sizes = ["B": 1, "H": 256, "W": 256, "h": 32, "w": 32, "S": 50]
  /// Beyond this no network's output is plausible.
  private static let largestValue = 1e5
  /// In bf16 products have 8 bits: networks of these depths differ by a few hundredths.
  private static let largestBF16Difference = 0.25

  func run(_ source: NetworkSource?) throws -> ModelTrial.NetworkReport {
    let opened = try network.open(source)
    var sizes = network.publishedSizes.merging(Self.sizes) { _, small in small }
    sizes["B"] = 1
    var inputs: [String: HostTensor] = [:]
    for input in opened.inputs {
      guard let shape = input.shape(sizes: sizes) else {
        throw RuntimeError.internalError("network \(network.name): no size for \(input.shapeText)")
      }
      inputs[input.name] = Self.values(input.name, shape)
    }
    let plan = opened.plan(inputs.mapValues(\.shape))
    let exact = try device.compile(plan, precision: .fp32)
    let start = ContinuousClock.now
    let first = try exact.run(inputs)
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    let second = try exact.run(inputs)
    let short = try device.compile(plan, precision: .bf16).run(inputs)
    return report(opened.outputs.map(\.name), first, second, short, seconds: seconds)
  }

  private func report(
    _ names: [String], _ first: [String: HostTensor], _ second: [String: HostTensor],
    _ short: [String: HostTensor], seconds: Double
  ) -> ModelTrial.NetworkReport {
    var outputs: [ModelTrial.OutputReport] = []
    var problems: [String] = []
    for name in names {
      let values = first[name]!.values
      let strange = values.count { !$0.isFinite }
      if strange > 0 {
        problems.append("\(name): \(strange) of \(values.count) values aren't finite")
      }
      if values.map(\.bitPattern) != second[name]!.values.map(\.bitPattern) {
        problems.append("\(name): a second run gives other bytes")
      }
      let output = Self.figures(name, first[name]!, bf16: short[name]!)
      outputs.append(output)
      if strange == 0 { problems += Self.problems(output) }
    }
    return ModelTrial.NetworkReport(
      network: network.name, seconds: seconds, outputs: outputs, problems: problems)
  }

  private static func problems(_ output: ModelTrial.OutputReport) -> [String] {
    var problems: [String] = []
    let largest = max(abs(output.minimum), abs(output.maximum))
    if largest > largestValue { problems.append("\(output.name): values up to \(largest)") }
    if output.deviation == 0 { problems.append("\(output.name): all values are the same") }
    if let difference = output.bf16Difference, !(difference < largestBF16Difference) {
      problems.append("\(output.name): bf16 gives another result")
    }
    return problems
  }

  /// Figures over the finite values.
  private static func figures(
    _ name: String, _ tensor: HostTensor, bf16: HostTensor
  ) -> ModelTrial.OutputReport {
    let finite = tensor.values.filter(\.isFinite).map(Double.init)
    let count = Double(max(finite.count, 1))
    let mean = finite.reduce(0, +) / count
    let variance = finite.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
    let squares = zip(tensor.values, bf16.values).reduce(0.0) { sum, pair in
      sum + Double(pair.0 - pair.1) * Double(pair.0 - pair.1)
    }
    let size = tensor.values.reduce(0.0) { $0 + Double($1) * Double($1) }
    let difference = (squares / max(size, .leastNormalMagnitude)).squareRoot()
    return ModelTrial.OutputReport(
      name: name, shape: tensor.shape, minimum: finite.min() ?? 0, maximum: finite.max() ?? 0,
      mean: mean, deviation: variance.squareRoot(),
      bf16Difference: difference.isFinite ? difference : nil)
  }

  /// Smooth waves and a little noise between -1 and 1: much like a normalised picture, latents or a spectrogram.
  private static func values(_ name: String, _ shape: [Int]) -> HostTensor {
    let width = shape.last ?? 1
    var state: UInt64 = name.utf8.reduce(0xCBF2_9CE4_8422_2325) {
      ($0 ^ UInt64($1)) &* 0x100_0000_01B3
    }
    let values = (0..<shape.reduce(1, *)).map { index -> Float in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let noise = Float(state >> 40) * 0x1p-23 - 1
      let (row, column) = (Float(index / width), Float(index % width))
      return 0.6 * sin(0.05 * column + 0.013 * row) + 0.3 * cos(0.031 * row) + 0.1 * noise
    }
    return HostTensor(shape: shape, values: values)
  }
}
