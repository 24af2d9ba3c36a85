import Compute
import Diffusion
import Layers
import Media

/// A picture that a Stable Diffusion looks at beside its prompt: the tokens that were made of it.
struct PicturePrompt {
  /// How much of what the tokens bring is added.
  let scale: Double
  /// [1, T, channels], with the picture and with none.
  private let prompted: HostTensor
  private let unconditional: HostTensor

  subscript(conditioning: Conditioning) -> HostTensor {
    conditioning == .prompted ? prompted : unconditional
  }

  /// The tokens as a network's input of this name.
  func input(_ recorder: PlanRecorder, _ name: String) -> ImagePrompt {
    ImagePrompt(tokens: recorder.input(name, prompted.shape), scale: Float(scale))
  }

  /// What a network sees in a picture or face, or in none.
  struct Seen {
    /// CLIP's embedding or states, or a face's embedding.
    var main: HostTensor
    /// CLIP's states of a face.
    var states: HostTensor?
  }

  /// Makes tokens of `seen` and, for no picture, of `none`.
  init(
    _ projection: IPAdapter.Projection, seen: Seen, none: Seen, scale: Double, device: any Device
  ) throws {
    let recorder = PlanRecorder(name: "image projection")
    let input = recorder.input("seen", seen.main.shape)
    let states = seen.states.map { recorder.input("states", $0.shape) }
    switch projection {
    case .embedding(let projection): recorder.output("tokens", projection(input))
    case .states(let resampler): recorder.output("tokens", resampler(input))
    case .eachState(let projection): recorder.output("tokens", projection(input))
    case .face(let projection): recorder.output("tokens", projection(input))
    case .closeFace(let resampler):
      guard let states else { preconditionFailure("a close look at a face needs its states") }
      recorder.output("tokens", resampler(input, states: states))
    }
    let plan = try device.compile(recorder.finish(), precision: .fp32)
    func tokens(_ seen: Seen) throws -> HostTensor {
      var inputs = ["seen": seen.main]
      inputs["states"] = seen.states
      return try plan.run(inputs)["tokens"]!
    }
    prompted = try tokens(seen)
    unconditional = try tokens(none)
    self.scale = scale
  }
}
