import Audio
import Compute
import Diffusion
import Face
import Foundation
import Imaging
import LipSync
import MediaTypes
import Weights

/// What `avatar bench` measures.
public enum Benchmark {
  public enum Kind: String, CaseIterable, Sendable {
    case mel, unet
    case vaeDecoder = "vae-decoder"
    case vaeEncoder = "vae-encoder"
    case whisper, s3fd, bisenet, dwpose, musev, speak, all
  }

  /// Whose networks: the published sizes with random weights, or mini's own.
  public enum Model: String, CaseIterable, Sendable {
    case published, mini
  }

  /// Measures one thing; `all` is for the caller to spread out.
  ///
  /// Throws errors of the model, and `RuntimeError` for `all` and for options that do not go with the benchmark.
  public static func run(_ kind: Kind, _ options: Options) throws -> BenchmarkResult {
    if let problem = kind.problem(with: options) { throw RuntimeError.usage("bench: \(problem)") }
    let batch = options.batch ?? 1
    return switch kind {
    case .mel: mel()
    case .unet: try unet(options)
    case .vaeDecoder:
      try network(VAEDecoder(), "latents", [batch, 4, 32, 32], model: "sd-vae-ft-mse", options)
    case .vaeEncoder:
      try network(VAEEncoder(), "image", [batch, 3, 256, 256], model: "sd-vae-ft-mse", options)
    case .whisper: try whisper(options)
    case .s3fd: try network(S3FDDetector(), "image", [batch, 3, 360, 640], model: "s3fd", options)
    case .bisenet:
      try network(BiSeNetParser(), "image", [batch, 3, 512, 512], model: "bisenet", options)
    case .dwpose:
      try network(DWPose(), "image", [batch, 3, 384, 288], model: "dw-ll_ucoco_384", options)
    case .musev: try museV(options)
    case .speak: try speak(options)
    case .all: throw RuntimeError.usage("bench all: measure each part by itself")
    }
  }

  private static func mel() -> BenchmarkResult {
    BenchmarkResult(
      benchmark: "mel", model: "whisper", secondsPerFrame: nil,
      timesRealtime: MelBenchmark.timesRealtime(audioSeconds: 120), threads: 1, precision: "fp32",
      batch: 1, peakRssBytes: ResourceUsage.peakResidentBytes)
  }

  private static func unet(_ options: Options) throws -> BenchmarkResult {
    let batch = options.batch ?? 1
    let plan: Plan
    if options.model == .mini {
      plan = try MiniModel("mini").painterNetwork().plan()
    } else {
      let recorder = PlanRecorder(name: "musetalk-unet")
      let network = try UNet2DCondition(.random(), configuration: .museTalk)
      let latents = recorder.input("latents", [batch, 8, 32, 32])
      let audio = recorder.input("audio", [batch, 50, 384])
      recorder.output("sample", network(latents, timestep: 0, context: audio))
      plan = recorder.finish()
    }
    return try time(
      plan, "unet", model: options.model == .mini ? "mini" : "musetalk", batch: batch, options)
  }

  /// A network of the catalog in its published size, on an input of the given shape.
  private static func network(
    _ network: any CatalogedNetwork, _ input: String, _ shape: [Int], model: String,
    _ options: Options
  ) throws -> BenchmarkResult {
    try time(
      network.open(nil).plan([input: shape]), network.name, model: model, batch: shape[0], options)
  }

  /// One window of MuseV's larger UNet, of which the first frame is given, at 256x256.
  private static func museV(_ options: Options) throws -> BenchmarkResult {
    let frames = options.batch ?? 13
    let network = MuseVUNet.large
    // Published sizes are those of 512x512.
    var sizes = network.publishedSizes
    for (axis, size) in sizes where axis.hasPrefix("h") || axis.hasPrefix("w") {
      sizes[axis] = size / 2
    }
    sizes.merge(["B": 1, "F": frames]) { $1 }
    let opened = try network.open(nil)
    let shapes = opened.inputs.compactMap { input in
      input.shape(sizes: sizes).map { (input.name, $0) }
    }
    return try time(
      opened.plan(Dictionary(uniqueKeysWithValues: shapes)), "musev", model: "musev_referencenet",
      batch: frames, runs: 3, options)
  }

  private static func whisper(_ options: Options) throws -> BenchmarkResult {
    let mini = try MiniModel("mini").configuration("articulation/config.json")
    let configuration =
      options.model == .mini ? try WhisperEncoderConfiguration(mini) : .tiny
    let network = try WhisperEncoder(.random(), configuration: configuration)
    let recorder = PlanRecorder(name: "whisper-encoder")
    let mel = recorder.input("mel", [1, configuration.melBins, 2 * configuration.positions])
    recorder.output("hidden_states", network(mel)[configuration.layers])
    let heardSeconds = Double(configuration.positions) * ArticulationTrack.stepSeconds
    return try time(
      recorder.finish(), "whisper", model: options.model == .mini ? "mini" : "whisper-tiny",
      batch: 1, heardSeconds: heardSeconds, options)
  }

  /// Median time of one run of `plan`: per frame, or against `heardSeconds` of sound.
  private static func time(
    _ plan: Plan, _ benchmark: String, model: String, batch: Int, heardSeconds: Double? = nil,
    runs: Int = 7, _ options: Options
  ) throws -> BenchmarkResult {
    let precision = options.precision.flatMap { Precision(rawValue: $0.rawValue) } ?? .auto
    let compiled = try CPUDevice(threads: options.threadCount).compile(plan, precision: precision)
    let inputs = compiled.signature.inputs.map { HostTensor(shape: $0.shape, repeating: 0.1) }
    var outputs = compiled.signature.makeOutputs()
    let seconds = try Stopwatch.medianSeconds(runs: runs) {
      try compiled.run(inputs, into: &outputs)
    }
    return BenchmarkResult(
      benchmark: benchmark, model: model,
      secondsPerFrame: heardSeconds == nil ? seconds / Double(batch) : nil,
      timesRealtime: heardSeconds.map { $0 / seconds }, threads: options.threadCount,
      precision: compiled.precision.rawValue, batch: batch,
      peakRssBytes: ResourceUsage.peakResidentBytes, activationBytes: compiled.arenaByteCount,
      operators: options.isProfiled ? try compiled.profile(inputs, repetitions: runs) : nil)
  }

  /// A whole `speak` of the first presenter, eight seconds long.
  private static func speak(_ options: Options) throws -> BenchmarkResult {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "avatar-bench-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let audio = folder.appending(path: "bench.wav")
    try Data(TestSound.wave(seconds: 8)).write(to: audio)
    var request = SpeakRequest(audio: audio.path, output: folder.appending(path: "out.mp4").path)
    request.threads = options.threadCount
    request.precision = options.precision ?? .auto
    let report = try SpeakJob(request).run()
    return BenchmarkResult(
      benchmark: "speak", model: "mini",
      secondsPerFrame: report.wallSeconds / Double(report.frames),
      timesRealtime: nil, threads: options.threadCount, precision: report.precision, batch: 1,
      peakRssBytes: report.peakRssBytes)
  }
}
