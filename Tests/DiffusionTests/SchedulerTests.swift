import Compute
import Diffusion
import Foundation
import TestSupport
import Testing
import Weights

/// One run of a sampler that diffusers did, with fixed answers and noise.
private struct SchedulerCase: Sendable, CustomTestStringConvertible {
  let name: String
  let configuration: SchedulerConfiguration
  let scale: Double

  var testDescription: String { name }

  private struct Written: Decodable {
    let config: SchedulerConfiguration
    let scale: Double
  }

  static let golden = Result { try Golden("schedulers.safetensors", in: .module) }

  static let all: [SchedulerCase] = {
    let written = Data((try? golden.get())?.metadata("cases").utf8 ?? "".utf8)
    let cases = (try? JSONDecoder().decode([String: Written].self, from: written)) ?? [:]
    return cases.sorted { $0.key < $1.key }
      .map { SchedulerCase(name: $0.key, configuration: $0.value.config, scale: $0.value.scale) }
  }()

  func scheduler() throws -> any Scheduler {
    let parts = name.split(separator: "/")
    let steps = try #require(Int(parts[2]))
    switch parts[0] {
    case "euler-karras": return EulerScheduler(configuration, steps: steps)
    case "ddim-eta": return DDIMScheduler(configuration, steps: steps, eta: 0.7)
    default:
      return try #require(Sampler(rawValue: String(parts[0])))
        .scheduler(configuration, steps: steps)
    }
  }

  /// Rows of the case's tensor `key`.
  func rows(_ key: String) throws -> [[Float]] {
    let tensor = try Self.golden.get()["\(name).\(key)"]
    let width = tensor.shape.count > 1 ? tensor.shape[1] : 1
    return stride(from: 0, to: tensor.values.count, by: width)
      .map { Array(tensor.values[$0..<($0 + width)]) }
  }
}

/// The largest difference, relative to the largest value.
private func error(_ a: [Float], _ b: [Float]) -> Float {
  precondition(a.count == b.count)
  let largest = b.reduce(1e-6) { max($0, abs($1)) }
  return zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) } / largest
}

@Suite struct SchedulerTests {
  @Test func `there are cases of every sampler`() {
    #expect(SchedulerCase.all.count == 200)
  }

  @Test(arguments: SchedulerCase.all)
  fileprivate func equalsDiffusersAtEveryStep(_ golden: SchedulerCase) throws {
    var scheduler = try golden.scheduler()
    #expect(
      error(scheduler.timesteps.map { Float($0) }, try golden.rows("timesteps").flatMap { $0 })
        <= 1e-5)
    #expect(abs(scheduler.initialNoiseScale / golden.scale - 1) <= 2e-4)
    let (trail, noise) = (try golden.rows("latents"), try golden.rows("noise"))
    let (inputs, noised) = (try golden.rows("input"), try golden.rows("noised"))
    let clean = trail[0].map { $0 / 10 }
    var latents = trail[0]
    for (step, prediction) in try golden.rows("predictions").enumerated() {
      #expect(error(scheduler.modelInput(trail[step], step: step), inputs[step]) <= 2e-4)
      #expect(error(scheduler.noised(clean, noise: noise[step], step: step), noised[step]) <= 1e-3)
      latents = scheduler.advance(latents, prediction: prediction, step: step) { noise[step] }
      #expect(error(latents, trail[step + 1]) <= 2e-4, "step \(step)")
    }
  }

  @Test(arguments: Sampler.allCases)
  func `noise is asked for by samplers that add some, and no more than once a step`(
    sampler: Sampler
  ) {
    let configuration = SchedulerConfiguration()
    var scheduler = sampler.scheduler(configuration, steps: 8)
    var asked = 0
    for step in 0..<8 {
      _ = scheduler.advance([1], prediction: [0.5], step: step) {
        asked += 1
        return [0]
      }
    }
    let adding: Set<Sampler> = [.eulerAncestral, .ddpm, .dpmPlusPlus2MSDE, .lcm]
    #expect(adding.contains(sampler) ? (6...8).contains(asked) : asked == 0)
  }

  @Test(arguments: Sampler.allCases)
  func `timesteps fall and stay within training's, for any number of steps`(sampler: Sampler) {
    let configuration = SchedulerConfiguration()
    let most = sampler.maximumSteps(configuration)
    for steps in [1, 2, 3, 7, 50, most] where steps <= most {
      let timesteps = sampler.scheduler(configuration, steps: steps).timesteps
      #expect(timesteps.count == steps && timesteps.allSatisfy { (0...999).contains($0) })
      #expect(zip(timesteps, timesteps.dropFirst()).allSatisfy { $0 >= $1 })
    }
  }

  @Test(arguments: [
    #"{"beta_start": 0}"#, #"{"beta_start": 0.1, "beta_end": 0.01}"#, #"{"beta_schedule": "x"}"#,
    #"{"num_train_timesteps": 0}"#, #"{"steps_offset": 1000}"#, #"{"thresholding": true}"#,
    #"{"rescale_betas_zero_snr": true}"#, #"{"prediction_type": 3}"#, "[]", "",
  ])
  func `what can't be done is refused`(text: String) {
    #expect(throws: WeightsError.self) {
      try Array(text.utf8).withUnsafeBytes {
        try SchedulerConfiguration(ConfigurationFile(bytes: $0, name: "scheduler_config.json"))
      }
    }
  }
}

@Suite struct NormalGeneratorTests {
  @Test(arguments: [0, 1, 42, 1 << 32 + 7, 1 << 63] as [UInt64])
  func `the processor's values are PyTorch's, call after call`(seed: UInt64) throws {
    let golden = try Golden("normals.safetensors", in: .module)
    var generator = ProcessorNormals(seed: seed)
    for (index, count) in [16, 33, 3, 4, 640, 15, 1].enumerated() {
      let expected = try golden["seed-\(seed).\(index)"].values
      let drawn = generator.normals(count)
      #expect(zip(drawn, expected).allSatisfy { abs($0 - $1) <= 2e-6 }, "call \(index)")
    }
  }

  @Test func `the graphics device's values are PyTorch's for seed 0`() {
    // torch.manual_seed(0); torch.randn(..., device="cuda"), as PyTorch 2.2 printed it in public notebooks.
    let published: [Float] = [
      -0.9247, -0.4253, -2.6438, 0.1452, -0.1209, -0.5797, -0.6229, -0.3284, -1.0745, -0.3631,
      -1.6711, 2.2655, 0.3117, -0.1842, 1.2866, 1.1820,
    ]
    var generator = GraphicsNormals(seed: 0)
    #expect(zip(generator.normals(16), published).allSatisfy { abs($0 - $1) < 1e-4 })
  }

  @Test func `the graphics device's first values do not depend on the count, later calls differ`() {
    var (a, b) = (GraphicsNormals(seed: 7), GraphicsNormals(seed: 7))
    let first = a.normals(4 * 64 * 64)
    #expect(Array(first.prefix(100)) == b.normals(100))
    #expect(a.normals(100) != Array(first.prefix(100)))
    #expect(GraphicsNormals(seed: 7, threads: 256).drawing(2000) != Array(first.prefix(2000)))
  }

  @Test func `values are normal`() {
    for values in [
      ProcessorNormals(seed: 3).drawing(40_000), GraphicsNormals(seed: 3).drawing(40_000),
    ] {
      let mean = values.reduce(0, +) / 40_000
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 40_000
      #expect(abs(mean) < 0.02 && abs(variance - 1) < 0.03)
      #expect(values.allSatisfy(\.isFinite) && Set(values).count > 39_000)
    }
  }
}

extension NormalGenerator {
  fileprivate func drawing(_ count: Int) -> [Float] {
    var copy = self
    return copy.normals(count)
  }
}
