import Compute
import Diffusion
import Weights

/// The last finished step of one denoising, kept in a work folder: a run that is killed loses no more than a step.
///
/// The folder's key tells requests apart, so that a state belongs to the request that finds it.
struct DenoisingStore {
  /// All that the next step needs.
  struct State {
    var latents: LatentVideo
    /// The next step, from 0.
    var step: Int
    /// What the scheduler remembers.
    var memory: [Float]
    /// How often the steps that are done have drawn noise, for the random generator to be where it was.
    var draws: Int
  }

  let work: WorkFolder
  /// Tells several denoisings of one run apart.
  let name: String

  private var file: String { "\(name).steps.safetensors" }
  private enum Key {
    static let (latents, memory, step, draws) = ("latents", "memory", "step", "draws")
  }

  /// Puts `state` in the place of the one before; it is there whole or not at all.
  ///
  /// - Throws: `WeightsError`, 74, for a full disk.
  func save(_ state: State) throws {
    let latents = state.latents
    var tensors = [
      Key.latents: HostTensor(
        shape: [latents.frames, latents.channels, latents.height, latents.width],
        values: latents.values)
    ]
    if !state.memory.isEmpty {
      tensors[Key.memory] = HostTensor(shape: [state.memory.count], values: state.memory)
    }
    try SafetensorsWriter.write(
      tensors, metadata: [Key.step: "\(state.step)", Key.draws: "\(state.draws)"],
      to: work.file(file), replacing: true)
    try work.synchronizeNames()
  }

  /// The state that an earlier run has left, for latents like `start` and so many steps; nil where there is none.
  func load(like start: LatentVideo, steps: Int) -> State? {
    guard work.contains(file), let checkpoint = try? Checkpoint(path: work.file(file)),
      let latents = try? checkpoint.tensor(Key.latents),
      latents.shape == [start.frames, start.channels, start.height, start.width],
      let step = checkpoint.metadata[Key.step].flatMap(Int.init), (1...steps).contains(step),
      let draws = checkpoint.metadata[Key.draws].flatMap(Int.init), (0...steps).contains(draws)
    else { return nil }
    let memory = (try? checkpoint.tensor(Key.memory))?.values ?? []
    return State(
      latents: start.with(latents.values), step: step, memory: memory, draws: draws)
  }
}
