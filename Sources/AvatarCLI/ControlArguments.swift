public import ArgumentParser
public import Runtime

/// The options of `generate` that hold what is made to pictures, and a video to a clip.
struct ControlArguments: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      """
      A ControlNet of Stable Diffusion 1.5, a folder in diffusers' layout, a single file or an installed model, with what its pictures show \
      (pose and canny are made; map, depth, tile, softedge, hed, scribble, lineart, normalbae, seg, mlsd and shuffle must be ready), \
      perhaps its strength, and the part of the steps in which it counts, such as 0-0.6 (repeatable).
      """, valueName: "kind=folder[:strength[:start-end]]"),
    transform: { try SpeakCommand.read($0, of: "control", ControlChoice.init(parsing:)) })
  var control: [ControlChoice] = []

  @Option(
    name: .long,
    help: ArgumentHelp(
      "What ControlNets look at: one picture for all, or one for each; of a video also clips (default: --image for pose and canny; of a video, --video).",
      valueName: "file"))
  var controlImage: [String] = []

  @Flag(
    name: .long,
    help:
      "Have ControlNets guess what their pictures show, whatever the prompt says; use a guidance of 3 to 5."
  )
  var guessMode = false

  @Option(
    name: .long,
    help: ArgumentHelp(
      "DWPose, which sees poses: dw-ll_ucoco_384.pth (default: an installed MuseTalk's).",
      valueName: "file"))
  var poseNetwork: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "What of poses is drawn (default: body,hands,face; MuseV's own examples have body,hands).",
      valueName: "parts"),
    transform: { try SpeakCommand.read($0, of: "pose-parts", ControlOptions.poseParts) })
  var poseParts = ControlOptions.allPoseParts

  @Option(
    name: .long,
    help: ArgumentHelp(
      "The clip whose frames a video of MuseV follows, and whose sound it gets.",
      valueName: "file"))
  var video: String?

  @Flag(name: .long, help: "Leave out that clip's sound.")
  var noSound = false

  @Flag(
    name: .long,
    help:
      "Repaint the clip's first frame, as much as --strength says, and begin with it; --image is then whose look it gets."
  )
  var restage = false

  @Option(
    name: .long,
    help: ArgumentHelp(
      "How much of the clip's frames may change (default: all with --control, else 0.75).",
      valueName: "0-1"))
  var videoStrength: Double?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Whether the clip's poses are moved and scaled to where the picture's person is.",
      valueName: "auto|off"))
  var poseAlignment = ControlOptions.PoseAlignment.auto

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Whether the tremble is taken out of the clip's poses, and short gaps are filled.",
      valueName: "auto|off"))
  var poseSmoothing = ControlOptions.PoseSmoothing.auto

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Write a picture of how poses are aligned: the picture with its own pose, with the clip's first, and with that as it is used.",
      valueName: "png"))
  var poseSheet: String?

  var options: ControlOptions {
    var options = ControlOptions()
    (options.choices, options.images, options.poseNetwork) = (control, controlImage, poseNetwork)
    (options.guesses, options.poseParts) = (guessMode, poseParts)
    (options.video, options.restages, options.videoStrength) = (video, restage, videoStrength)
    (options.poseAlignment, options.poseSheet) = (poseAlignment, poseSheet)
    (options.poseSmoothing, options.leavesSoundOut) = (poseSmoothing, noSound)
    return options
  }
}

extension ControlOptions.PoseAlignment: ExpressibleByArgument {}
extension ControlOptions.PoseSmoothing: ExpressibleByArgument {}
