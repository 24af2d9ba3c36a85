public import ArgumentParser
import Compute
import Foundation
import Runtime

/// `avatar bench`: how fast this machine does the parts of the work.
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measure this machine's speed.",
    usage: "avatar bench <what> [<options>]",
    discussion: """
      mel: Whisper's log-mel on one thread. unet, vae-decoder, vae-encoder, whisper, s3fd (at \
      640x360), bisenet, dwpose, musev (a window of 13 frames at 256x256): one run of the network, \
      with random weights in the published sizes, or mini's with --model mini. \
      speak: a whole `speak` with mini. all: everything that there is for the model; other \
      options hold for the parts that have them.

      Examples:
        avatar bench mel
        avatar bench unet --model mini --threads 2
        avatar bench vae-decoder --batch 4 --profile
        avatar bench all --model mini --json
      """)

  @Argument(help: ArgumentHelp("What to measure.", valueName: "what"))
  var benchmark: Benchmark.Kind

  @Option(
    name: .long,
    help: ArgumentHelp("Whose networks (default: published sizes).", valueName: "model"))
  var model: Benchmark.Model?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Frames in one run of a published network that takes frames (default: 1).",
      valueName: "count"))
  var batch: Int?

  @Option(name: .long, help: ArgumentHelp("Threads (default: all cores).", valueName: "count"))
  var threads: Int?

  @Option(
    name: .long,
    help: ArgumentHelp("Number format of products (default: auto).", valueName: "precision"))
  var precision: SpeakRequest.Precision?

  @Flag(name: .long, help: "Show where a network's time goes, by operator and shape.")
  var profile = false

  @Flag(name: .long, help: "Print JSON.")
  var json = false

  private var options: Benchmark.Options {
    var options = Benchmark.Options()
    options.model = model
    options.batch = batch
    options.threads = threads
    options.precision = precision
    options.isProfiled = profile
    return options
  }

  func validate() throws {
    if let batch, !(1...64).contains(batch) {
      throw ValidationError("--batch \(batch): use 1 to 64")
    }
    if let threads, !(1...256).contains(threads) {
      throw ValidationError("--threads \(threads): use 1 to 256")
    }
    if let problem = benchmark.problem(with: options) { throw ValidationError(problem) }
  }

  func run() throws {
    var results: [BenchmarkResult] = []
    for (kind, options) in benchmark.parts(options) {
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
