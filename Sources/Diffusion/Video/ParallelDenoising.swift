/// Which prediction a network is asked for.
public enum Conditioning: Sendable {
  case unconditional, prompted
}

/// What is asked of a network in one window at one step.
public struct DenoisingRequest: Sendable {
  public let step: Int
  public let timestep: Double
  /// The window's frames within the video; on a ring they go on beyond its last.
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

  /// Where denoising stands after a step: latents and scheduler are all that the next one needs.
  public struct FinishedStep {
    /// From 0.
    public let step: Int
    public let steps: Int
    public let latents: LatentVideo
    public let scheduler: any Scheduler
    /// What the clean latents look to be from here.
    public let estimate: () -> LatentVideo
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
    finishedStep: (FinishedStep) throws -> Void = { _ in },
    predict: (DenoisingRequest) throws -> [Float]
  ) throws -> LatentVideo {
    precondition(windows.frames == start.frames, "windows over \(start.frames) frames")
    var (scheduler, latents) = (scheduler, start)
    let steps = scheduler.timesteps.count
    for step in firstStep..<steps {
      let prediction = try prediction(
        latents, scheduler: scheduler, step: step, report: report, predict: predict)
      let before = (latents, scheduler)
      latents = latents.with(
        try scheduler.advance(latents.values, prediction: prediction, step: step, noise: noise))
      try finishedStep(
        FinishedStep(
          step: step, steps: steps, latents: latents, scheduler: scheduler,
          estimate: {
            before.0.with(
              before.1.clean(before.0.values, prediction: prediction, step: step))
          }))
    }
    return latents
  }

  /// The mean over the windows that each frame is in, driven from one conditioning to the other.
  private func prediction(
    _ latents: LatentVideo, scheduler: any Scheduler, step: Int,
    report: (Progress) throws -> Void, predict: (DenoisingRequest) throws -> [Float]
  ) throws -> [Float] {
    let steps = scheduler.timesteps.count
    let scale = guidance.scale(step: step, of: steps)
    let kinds: [Conditioning] =
      guidance.needsUnconditional(step: step, of: steps)
      ? [.unconditional, .prompted] : [.prompted]
    var sum = [Float](repeating: 0, count: latents.values.count)
    for (index, frames) in windows.ranges.enumerated() {
      try report(Progress(step: step, steps: steps, window: index, windows: windows.ranges.count))
      let seen = scheduler.modelInput(latents.window(frames), step: step)
      let answers = try kinds.map { conditioning in
        try predict(
          DenoisingRequest(
            step: step, timestep: scheduler.timesteps[step], frames: frames, latents: seen,
            conditioning: conditioning))
      }
      let answer =
        answers.count == 1 ? answers[0] : combined(1 - scale, answers[0], scale, answers[1])
      Self.add(answer, of: frames, frameSize: latents.frameSize, to: &sum)
    }
    let size = latents.frameSize
    for (frame, count) in windows.coverage.enumerated() where count > 1 {
      for index in (frame * size)..<((frame + 1) * size) { sum[index] /= Float(count) }
    }
    return sum
  }

  private static func add(
    _ values: [Float], of frames: Range<Int>, frameSize: Int, to sum: inout [Float]
  ) {
    let count = sum.count / frameSize
    sum.withUnsafeMutableBufferPointer { sum in
      for (place, frame) in frames.enumerated() {
        let (from, to) = (place * frameSize, frame % count * frameSize)
        for index in 0..<frameSize { sum[to + index] += values[from + index] }
      }
    }
  }
}
