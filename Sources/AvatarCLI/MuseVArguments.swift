public import ArgumentParser
public import Runtime

/// The options of `generate` that go with MuseV's models.
struct MuseVArguments: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "How far apart in time frames are; more moves more (models with a ReferenceNet).",
      valueName: "number"))
  var motionSpeed = 8.0

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Frames that the network sees at once, beside the first.", valueName: "count"))
  var window = 12

  @Option(
    name: .long,
    help: ArgumentHelp("Frames that neighbouring windows share.", valueName: "count"))
  var overlap = 4

  @Flag(
    name: .long,
    help: "Let the last window be a short one, as MuseV's own program does.")
  var shortLastWindow = false

  @Option(
    name: .long,
    help: ArgumentHelp("The noise of frames: fused or independent.", valueName: "kind"))
  var noise = MuseVOptions.Noise.fused

  @Option(
    name: .long,
    help: ArgumentHelp("The share of fused noise that is each frame's own.", valueName: "0-1"))
  var individualNoise = 0.5

  @Option(
    name: .long,
    help: ArgumentHelp("The share of the picture in the noise.", valueName: "0-1"))
  var pictureNoise = 0.001

  @Option(
    name: .long,
    help: ArgumentHelp("How much the image prompt counts.", valueName: "number"))
  var imagePromptScale = 1.0

  @Option(
    name: .long,
    help: ArgumentHelp(
      "The picture whose look is kept (default: the first frame).", valueName: "file"))
  var reference: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "IP-Adapter's models/image_encoder, for --ip-adapter, too.", valueName: "folder"))
  var imageEncoder: String?

  @Option(
    name: .long,
    help: ArgumentHelp("A ReferenceNet, where the model's folder has none.", valueName: "folder"))
  var referenceNet: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "What the video shall not show (default: --negative-prompt).", valueName: "text"))
  var videoNegativePrompt: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Steps for the picture that is drawn first (default: 30).", valueName: "count"))
  var pictureSteps: Int?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Guidance for the picture that is drawn first (default: 7.5).", valueName: "scale"))
  var pictureGuidance: Double?

  /// Takes what was asked for over into `options`.
  func apply(to options: inout MuseVOptions) {
    (options.motionSpeed, options.window, options.overlap) = (motionSpeed, window, overlap)
    options.endsWithShortWindow = shortLastWindow
    (options.noise, options.individualNoise) = (noise, individualNoise)
    (options.pictureNoise, options.imagePromptScale) = (pictureNoise, imagePromptScale)
    options.reference = reference
    (options.imageEncoder, options.referenceNet) = (imageEncoder, referenceNet)
    options.negativePrompt = videoNegativePrompt ?? options.negativePrompt
    options.pictureSteps = pictureSteps ?? options.pictureSteps
    options.pictureGuidance = pictureGuidance ?? options.pictureGuidance
  }
}

extension MuseVOptions.Noise: ExpressibleByArgument {}
