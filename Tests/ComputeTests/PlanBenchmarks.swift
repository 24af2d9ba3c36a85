@testable import Compute
import Foundation
import Testing

/// Times of whole networks and of their operators; run with
/// `AVATAR_BENCHMARK=1 swift test -c release --filter PlanBenchmarks`.
@Suite(
  .serialized, .enabled(if: ProcessInfo.processInfo.environment["AVATAR_BENCHMARK"] != nil))
struct PlanBenchmarks {
  @Test(arguments: [1, 2], [Precision.fp32, .bf16])
  func painter(threads: Int, precision: Precision) throws {
    let plan = TestNetwork.painter(widths: [64, 96, 160, 256], size: 256)
    try report(plan, threads: threads, precision: precision)
  }

  @Test(arguments: [1, 2], [Precision.fp32, .bf16])
  func audioEncoder(threads: Int, precision: Precision) throws {
    let plan = TestNetwork.encoder(width: 192, layers: 4, heads: 3, frames: 200)
    try report(plan, threads: threads, precision: precision)
  }

  private func report(_ plan: Plan, threads: Int, precision: Precision) throws {
    let device = try CPUDevice(threads: threads)
    let clock = ContinuousClock()
    var compiled: CPUPlan?
    let compileTime = try clock.measure {
      compiled = try device.compileForCPU(plan, precision: precision)
    }
    let network = compiled!
    let inputs = network.noiseInputs()
    var outputs = network.signature.makeOutputs()
    let times = try (0..<60).map { _ in
      try clock.measure { try network.run(inputs, into: &outputs) }
    }.dropFirst(10).sorted()
    let repetitions = 20
    let seconds = try network.profile(inputs, repetitions: repetitions)
    let work = Double(plan.floatingPointOperations) / 1e9
    print("\(plan.name), \(threads) threads, \(precision): \(work) GFLOP,")
    print("  best \(times[0]), median \(times[25]), compiled in \(compileTime),")
    print("  activations \(network.arenaByteCount) bytes")
    for (name, total) in seconds.sorted(by: { $0.value > $1.value }) {
      print("  \(name): \(Int(total / Double(repetitions) * 1e6)) microseconds")
    }
  }
}
