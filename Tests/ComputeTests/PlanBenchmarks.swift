@testable import Compute
import Foundation
import Testing

/// Times of whole networks and of their operators.
///
/// Run with `AVATAR_BENCHMARK=1 swift test -c release --filter PlanBenchmarks`.
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
    let network = try CPUDevice(threads: threads).compileForCPU(plan, precision: precision)
    let inputs = network.noiseInputs()
    var outputs = network.signature.makeOutputs()
    let wallClock = ContinuousClock()
    var (wall, processor): ([Double], [Double]) = ([], [])
    for _ in 0..<100 {
      let start = clock()
      let duration = try wallClock.measure { try network.run(inputs, into: &outputs) }
      processor.append(Double(clock() - start) / Double(CLOCKS_PER_SEC) * 1e3)
      wall.append(Double(duration.components.attoseconds) * 1e-15)
    }
    wall.sort()
    processor.sort()
    let work = Double(plan.floatingPointOperations) / 1e9
    print("\(plan.name), \(threads) threads, \(precision), \(work) GFLOP,")
    print("  wall ms: best \(wall[0]), median \(wall[50])")
    print("  processor ms, all threads: best \(processor[0]), median \(processor[50])")
    print("  activations \(network.arenaByteCount) bytes; microseconds per kind, fastest of 50:")
    let seconds = try network.profile(inputs, repetitions: 50)
    let kinds = Dictionary(grouping: seconds, by: \.kind).mapValues {
      $0.map(\.seconds).reduce(0, +)
    }
    let table = kinds.sorted { $0.value > $1.value }
    print("  " + table.map { "\($0.key) \(Int($0.value * 1e6))" }.joined(separator: ", "))
  }
}
