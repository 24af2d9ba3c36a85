public import ArgumentParser
import Compute
import Foundation
import Runtime

/// `avatar bench`: how fast this machine does the parts of the work.
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measure this machine's speed.",
    discussion: """
      mel: Whisper's log-mel on one thread. unet, vae-decoder, vae-encoder, whisper: one run of
      the network, with random weights in the published sizes, or mini's with --model mini.
      speak: a whole `speak` with mini.

      Examples:
        avatar bench mel
        avatar bench unet --model mini --threads 2
        avatar bench vae-decoder --batch 4 --profile
        avatar bench all --model mini --json
      """)

  @Argument(
    help: ArgumentHelp(
      "mel, unet, vae-decoder, vae-encoder, whisper, speak or all.", valueName: "what"))
  var benchmark: Benchmark.Kind

  @Option(
    name: .long, help: ArgumentHelp("mini, or published sizes without it.", valueName: "model"))
  var model: Benchmark.Model = .published

  @Option(name: .long, help: ArgumentHelp("Frames in one run.", valueName: "count"))
  var batch = 1

  @Option(name: .long, help: ArgumentHelp("Threads (default: all cores).", valueName: "count"))
  var threads: Int?

  @Option(name: .long, help: ArgumentHelp("auto, fp32 or bf16.", valueName: "precision"))
  var precision = SpeakRequest.Precision.auto

  @Flag(name: .long, help: "Show where a network's time goes, by operator and shape.")
  var profile = false

  @Flag(name: .long, help: "Print JSON.")
  var json = false

  func validate() throws {
    guard (1...64).contains(batch) else { throw ValidationError("--batch \(batch): use 1 to 64") }
    if let threads, !(1...256).contains(threads) {
      throw ValidationError("--threads \(threads): use 1 to 256")
    }
  }

  func run() throws {
    let kinds = benchmark == .all ? Benchmark.Kind.allCases.filter { $0 != .all } : [benchmark]
    let options = Benchmark.Options(
      model: model, batch: batch, threads: threads ?? ResourceUsage.availableCores,
      precision: precision, isProfiled: profile)
    var results: [BenchmarkResult] = []
    for kind in kinds {
      let result = try Benchmark.run(kind, options)
      results.append(result)
      guard !json else { continue }
      try StandardStreams.printLine(line(result))
      for time in result.operators ?? [] { try StandardStreams.printLine(row(time)) }
    }
    if json { try JSONOutput.write(["benchmarks": results]) }
  }

  private func row(_ time: OperatorTime) -> String {
    let shape = time.shape.map(String.init).joined(separator: " x ")
    let weight = time.weight.map { " by \($0.map(String.init).joined(separator: " x "))" } ?? ""
    let work = Double(time.floatingPointOperations) / 1e9
    let rate = work > 0 ? String(format: ", %.0f GFLOP/s", work / time.seconds) : ""
    return String(format: "%9.2f ms  ", time.seconds * 1000)
      + "\(time.count) x \(time.kind) to \(shape)\(weight)\(rate)"
  }

  private func line(_ result: BenchmarkResult) -> String {
    let speed =
      if let seconds = result.secondsPerFrame {
        String(format: "%.1f ms a frame (%.1f frames/s)", seconds * 1000, 1 / seconds)
      } else {
        String(format: "%.0f x real time", result.timesRealtime ?? 0)
      }
    return "\(result.benchmark) (\(result.model), \(result.precision), batch \(result.batch), "
      + "\(result.threads) threads): \(speed)"
  }
}

extension Benchmark.Kind: ExpressibleByArgument {}
extension Benchmark.Model: ExpressibleByArgument {}
