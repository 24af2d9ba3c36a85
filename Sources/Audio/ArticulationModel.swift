public import Compute
public import MediaTypes
public import Weights

/// Hears what the mouth does: sound in, an articulation every 20 ms out.
///
/// Sound goes through in pieces, so its length costs no memory beyond the track itself; the result depends neither on
/// the pieces nor on threads.
public struct ArticulationModel: Sendable {
  /// Windows of two seconds that the network sees at once; always as many, so that results never depend on it.
  private static let batch = 4

  private let plan: any CompiledPlan

  /// Builds the network from its published files and compiles it.
  ///
  /// - Throws: `WeightsError` where the files do not fit, `ComputeError` where the device cannot run them.
  public init(
    configuration: ConfigurationFile, checkpoint: Checkpoint, device: any Device,
    precision: Precision = .fp32
  ) throws {
    let network = try ArticulationNetwork(checkpoint.weights, configuration: configuration)
    plan = try device.compile(network.plan(batch: Self.batch), precision: precision)
  }

  /// What is heard in a file's whole sound, which is read twice: for its loudness, then for itself.
  ///
  /// `check` is called for every piece and may throw to stop. At the end the reader's counts and warnings are complete.
  ///
  /// - Throws: errors of reading, of the device, and of `check`.
  public func hear(
    _ reader: SpeechReader, check: () throws -> Void = {}
  ) throws -> HeardSpeech {
    try listen { body in
      try reader.rewind()
      var piece: [Float] = []
      repeat {
        try check()
        try reader.read(into: &piece)
        try body(piece)
      } while !piece.isEmpty
    }
  }

  /// What is heard in 16 kHz mono `samples`.
  ///
  /// - Throws: `ComputeError` where the device fails.
  public func hear(_ samples: [Float]) throws -> HeardSpeech {
    try listen { body in
      for start in stride(from: 0, to: samples.count, by: SpeechReader.sampleRate) {
        try body(Array(samples[start..<min(start + SpeechReader.sampleRate, samples.count)]))
      }
    }
  }

  /// The articulation of a file's whole sound, not gated; as `hear`.
  public func track(
    of reader: SpeechReader, check: () throws -> Void = {}
  ) throws -> ArticulationTrack {
    try hear(reader, check: check).articulation
  }

  /// The articulation of 16 kHz mono `samples`, not gated; as `hear`.
  public func track(of samples: [Float]) throws -> ArticulationTrack {
    try hear(samples).articulation
  }

  /// `sound` gives its body all pieces in order, each time that it is called.
  private func listen(
    to sound: (_ body: ([Float]) throws -> Void) throws -> Void
  ) throws -> HeardSpeech {
    var level = SpeechLevel()
    try sound { level.process($0) }
    let mel = ArticulationMel(gain: level.gain)
    var windows = ArticulationWindows(plan: plan)
    var second = [Float](repeating: 0, count: ArticulationMel.valueCount)
    var sampleCount = 0
    try sound { piece in
      sampleCount += piece.count
      mel.process(piece)
      while mel.nextSecond(into: &second) { try windows.process(second) }
    }
    let positions = (sampleCount + 319) / 320
    while windows.coveredPositions < positions {
      mel.processSilence()
      while windows.coveredPositions < positions, mel.nextSecond(into: &second) {
        try windows.process(second)
      }
    }
    return try windows.finish(positions: positions)
  }
}

/// Seconds of log-mel in, articulations out: puts windows of two seconds together and runs the network on batches.
private struct ArticulationWindows {
  private let plan: any CompiledPlan
  private var input: [HostTensor]
  private var output: [HostTensor]
  private var previousSecond: [Float] = []
  private var filledWindows = 0
  private var steps: [Articulation] = []
  private var voice = VoiceScoring()

  /// Positions of 20 ms whose window is complete, though perhaps not yet run.
  private(set) var coveredPositions = 0

  init(plan: any CompiledPlan) {
    self.plan = plan
    input = plan.signature.inputs.map { HostTensor(shape: $0.shape) }
    output = plan.signature.makeOutputs()
  }

  private var batch: Int { input[0].shape[0] }

  /// Takes the next second, [80, 100].
  mutating func process(_ second: [Float]) throws {
    defer { previousSecond = second }
    guard !previousSecond.isEmpty else { return }
    let frames = ArticulationMel.frameCount
    for band in 0..<MelSpectrogram.bandCount {
      let row = (filledWindows * MelSpectrogram.bandCount + band) * 2 * frames
      for frame in 0..<frames {
        input[0].values[row + frame] = previousSecond[band * frames + frame]
        input[0].values[row + frames + frame] = second[band * frames + frame]
      }
    }
    filledWindows += 1
    coveredPositions += ArticulationNetwork.kept.count
    if filledWindows == batch { try run() }
  }

  /// Runs what is left and gives what was heard at the first `positions`.
  mutating func finish(positions: Int) throws -> HeardSpeech {
    if filledWindows > 0 { try run() }
    steps.removeLast(steps.count - positions)
    return HeardSpeech(
      articulation: ArticulationTrack(steps: steps),
      voice: VoiceActivity(scores: Array(voice.finish().prefix(positions))))
  }

  private mutating func run() throws {
    try plan.run(input, into: &output)
    let (channels, kept) = (ArticulationNetwork.outputs.count, ArticulationNetwork.kept)
    for position in 0..<(filledWindows * kept.count) {
      let raw = output[0].values[(position * channels)..<((position + 1) * channels)]
      steps.append(Articulation(networkOutputs: raw))
      let window = position / kept.count * 2 * ArticulationMel.valueCount
      let step = kept.lowerBound + position % kept.count
      voice.process(
        raw, spectrum: VoiceSpectrum.reading(of: input[0].values[window...], step: step))
    }
    filledWindows = 0
  }
}
