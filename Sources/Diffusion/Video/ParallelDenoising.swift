/// Which prediction a network is asked for.
public enum Conditioning: Sendable {
  case unconditional, prompted
}

/// What is asked of a network in one window at one step.
public struct DenoisingRequest: Sendable {
  public let step: Int
  public let timestep: Double
  /// The window's frames within the video.
  public let frames: Range<Int>
  /// The window's latents as the network is to see them, [frames, channels, height, width].
  public let latents: [Float]
  public let conditioning: Conditioning
}

/// Denoises a video of any length: at every step a network looks at window after window, predictions are averaged where
/// windows overlap, and the scheduler moves all frames at once.
public struct ParallelDenoising: Sendable {
  public var windows: DenoisingWindows
  public var guidance: Guidance

  public init(windows: DenoisingWindows, guidance: Guidance) {
    (self.windows, self.guidance) = (windows, guidance)
  }

  /// How far denoising is.
  public struct Progress: Sendable, Equatable {
    public let step: Int
    public let steps: Int
    public let window: Int
    public let windows: Int
  }

  /// Takes the steps from `firstStep` on.
  ///
  /// `noise` draws fresh noise for all frames where the scheduler adds some. `predict` is the network: it gives as many
  /// values as it gets. `report` is called before every window, and may throw to stop; `finishedStep` after every step.
  ///
  /// - Returns: the clean latents.
  public func run(
    _ start: LatentVideo, scheduler: any Scheduler, firstStep: Int = 0,
    noise: () throws -> [Float], report: (Progress) throws -> Void = { _ in },
    finishedStep: (Int, LatentVideo) throws -> Void = { _, _ in },
    predict: (DenoisingRequest) throws -> [Float]
  ) throws -> LatentVideo {
    precondition(windows.frames == start.frames, "windows over \(start.frames) frames")
    var (scheduler, latents) = (scheduler, start)
    let (steps, coverage) = (scheduler.timesteps.count, windows.coverage)
    for step in firstStep..<steps {
      let seen = latents.with(scheduler.modelInput(latents.values, step: step))
      var sums = Predictions(latents.values.count)
      for (index, frames) in windows.ranges.enumerated() {
        try report(
          Progress(step: step, steps: steps, window: index, windows: windows.ranges.count))
        let kinds: [Conditioning] =
          guidance.needsUnconditional(step: step, of: steps)
          ? [.unconditional, .prompted] : [.prompted]
        for conditioning in kinds {
          let request = DenoisingRequest(
            step: step, timestep: scheduler.timesteps[step], frames: frames,
            latents: Array(seen[frames]), conditioning: conditioning)
          sums.add(
            try predict(request), conditioning, at: frames.lowerBound * latents.frameSize)
        }
      }
      let prediction = sums.guided(
        by: guidance.scale(step: step, of: steps), coverage: coverage,
        frameSize: latents.frameSize)
      latents = latents.with(
        try scheduler.advance(latents.values, prediction: prediction, step: step, noise: noise))
      try finishedStep(step, latents)
    }
    return latents
  }
}

/// Sums of predictions over windows.
private struct Predictions {
  private var sums: [Conditioning: [Float]] = [:]
  private let count: Int

  init(_ count: Int) { self.count = count }

  mutating func add(_ values: [Float], _ conditioning: Conditioning, at start: Int) {
    sums[conditioning, default: Array(repeating: 0, count: count)]
      .withUnsafeMutableBufferPointer { sums in
        for (index, value) in values.enumerated() { sums[start + index] += value }
      }
  }

  /// Means over the windows that each frame is in, driven from one prediction to the other by `scale`.
  func guided(by scale: Double, coverage: [Int], frameSize: Int) -> [Float] {
    guard let prompted = sums[.prompted] else { return [] }
    let guided =
      sums[.unconditional].map { combined(1 - scale, $0, scale, prompted) } ?? prompted
    return guided.enumerated().map { $1 / Float(coverage[$0 / frameSize]) }
  }
}
