import Diffusion

/// The ControlNets of a request, opened and found to fit; their weights are read when a stack is made.
struct ControlNetworks {
  let all: [(files: ControlNetFiles, network: ControlNet)]

  /// Opens all, nil where there are none.
  ///
  /// `unet` is the shape of the UNet beside which they run, whose latents are `reduction` times smaller than
  /// pictures.
  ///
  /// - Throws: `RuntimeError`: 66 for one that is not there, 65 for one that does not fit; `WeightsError`.
  init?(_ options: ControlOptions, unet: UNetConfiguration, reduction: Int) throws {
    guard !options.choices.isEmpty else { return nil }
    all = try options.choices.map { choice in
      let files = try ControlNetFiles(choice)
      return (files, try files.network(for: unet, reduction: reduction))
    }
  }
}

/// ControlNets with the pictures that they look at.
struct Controls {
  let networks: ControlNetworks
  let sources: ControlSources
  let guesses: Bool

  /// What should be known about the pictures, and about the weights that were read so far; one line each.
  var warnings: [String] { sources.remarks + networks.all.flatMap(\.files.warnings) }

  /// All of them ready to run at `steps`.
  func stack(
    prompts: EncodedPrompts, steps: Range<Int>, pictures: LatentPictures
  ) throws -> ControlStack {
    try ControlStack(
      zip(networks.all, sources.pictures).map { ($0.files.choice, $0.network, $1) },
      guesses: guesses, shape: pictures.latentShape, prompts: prompts, steps: steps,
      device: pictures.device,
      precision: pictures.precision)
  }
}
