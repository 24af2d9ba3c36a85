public import Compute
public import Diffusion

/// Makes up how a portrait moves: diffusion over motion, in overlapping windows, from rest.
public struct MotionGeneration: Sendable {
  /// The rate of the network's frames.
  public static let framesPerSecond = 25.0

  private let network: MotionNetwork
  private let schedulerConfiguration: SchedulerConfiguration
  private let plan: any CompiledPlan
  /// Frames that neighbouring windows share.
  private let overlap: Int

  /// Compiles `network` for its window.
  ///
  /// - Throws: `ComputeError`.
  public init(
    _ network: MotionNetwork, scheduler: SchedulerConfiguration, device: any Device,
    precision: Precision = .fp32
  ) throws(ComputeError) {
    (self.network, schedulerConfiguration) = (network, scheduler)
    overlap = network.configuration.window / 4
    plan = try device.compile(
      network.plan(frames: network.configuration.window), precision: precision)
  }

  /// The motion of `frames` frames at 25 a second, in which a portrait does what `prompt` says; it begins at rest.
  ///
  /// One that `loops` comes back to rest: it has one frame more, which is the first again.
  ///
  /// `report` is called before every window, and may throw to stop.
  ///
  /// - Throws: errors of the device and of `report`.
  public func motion(
    _ prompt: MotionPrompt, frames: Int, sampler: Sampler, steps: Int, guidance: Double,
    loops: Bool = false, numbers: inout some NormalGenerator,
    report: (ParallelDenoising.Progress) throws -> Void = { _ in }
  ) throws -> MotionTrack {
    precondition(frames > 0, "a motion has frames")
    let configuration = network.configuration
    let count = loops ? frames : max(frames, configuration.window)
    let windows =
      loops
      ? DenoisingWindows(ring: count, length: configuration.window, overlap: overlap)
      : DenoisingWindows(frames: count, length: configuration.window, overlap: overlap)
    let scheduler = sampler.scheduler(schedulerConfiguration, steps: steps)
    let channels = configuration.channels.count
    var drawn = VideoNoise.independent.draw(
      frames: count, channels: channels, height: 1, width: 1, from: &numbers)
    drawn = drawn.with(drawn.values.map { $0 * Float(scheduler.initialNoiseScale) })
    let script = MotionScript(
      prompt, frames: frames, loops: loops, configuration: configuration)
    let clean = try ParallelDenoising(windows: windows, guidance: Guidance(guidance)).run(
      drawn, scheduler: scheduler,
      noise: { numbers.normals(count * channels) }, report: report
    ) { request in
      var answer = try predict(request, script)
      if loops { bringToRest(&answer, request, ring: count) }
      return answer
    }
    let motion = MotionTrack(latents: clean, configuration: configuration)
    if loops { return motion.settledRing() }
    return MotionTrack(frames: Array(motion.settled().frames.prefix(frames)))
  }

  /// Answers for the first frame of a ring, wherever a window comes by it, what leads it to rest: its neighbours on both sides
  /// then follow.
  private func bringToRest(_ answer: inout [Float], _ request: DenoisingRequest, ring: Int) {
    let channels = network.configuration.channels.count
    // Of latents that are to be 0, all is noise; the network's answer is a velocity.
    let factor = Float(1 / schedulerConfiguration.sigma(at: request.timestep))
    for (place, frame) in request.frames.enumerated() where frame % ring == 0 {
      for index in (place * channels)..<((place + 1) * channels) {
        answer[index] = request.latents[index] * factor
      }
    }
  }

  /// The network's answer for one window, [frames, channels].
  private func predict(_ request: DenoisingRequest, _ script: MotionScript) throws -> [Float] {
    let configuration = network.configuration
    let (channels, length) = (configuration.channels.count, request.frames.count)
    var motion = HostTensor(shape: [1, channels, length])
    for frame in 0..<length {
      // The first frame is the picture, at rest: it is shown clean at every step.
      let isKnown = request.frames.lowerBound + frame == 0
      for channel in 0..<channels {
        motion.values[channel * length + frame] =
          isKnown ? 0 : request.latents[frame * channels + channel]
      }
    }
    let outputs = try plan.run([
      "motion": motion,
      "conditions": script.conditions(
        request.frames, isTold: request.conditioning == .prompted),
      "sinusoid": network.sinusoid(request.timestep),
    ])
    let answer = outputs["velocity"]?.values ?? []
    return (0..<(length * channels)).map { index in
      answer[(index % channels) * length + index / channels]
    }
  }
}
