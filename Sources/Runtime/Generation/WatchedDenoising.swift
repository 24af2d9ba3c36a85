import Diffusion

/// Denoising that can be looked at while it goes on, and goes on where a killed run has ended.
struct WatchedDenoising {
  let denoising: ParallelDenoising
  /// Where finished steps are kept; nil keeps none.
  var store: DenoisingStore?
  /// What shows how it is going.
  var preview: DenoisingPreview?

  /// As `ParallelDenoising.run`; `noise` must draw the same whether or not steps were done before.
  func run(
    _ start: LatentVideo, scheduler: any Scheduler, firstStep: Int = 0,
    noise: () throws -> [Float], report: (ParallelDenoising.Progress) throws -> Void = { _ in },
    finishedStep: (_ step: Int) throws -> Void = { _ in },
    predict: (DenoisingRequest) throws -> [Float]
  ) throws -> LatentVideo {
    var state = DenoisingStore.State(latents: start, step: firstStep, memory: [], draws: 0)
    if let kept = store?.load(like: start, steps: scheduler.timesteps.count) {
      state = kept
      for _ in 0..<kept.draws { _ = try noise() }
      try finishedStep(kept.step - 1)
    }
    var scheduler = scheduler
    scheduler.memory = state.memory
    var draws = state.draws
    return try denoising.run(
      state.latents, scheduler: scheduler, firstStep: state.step,
      noise: {
        draws += 1
        return try noise()
      }, report: report,
      finishedStep: { done in
        try store?.save(
          .init(
            latents: done.latents, step: done.step + 1, memory: done.scheduler.memory, draws: draws)
        )
        try preview?.show(done)
        try finishedStep(done.step)
      }, predict: predict)
  }
}
