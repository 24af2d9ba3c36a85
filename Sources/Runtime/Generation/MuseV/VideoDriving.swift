import Diffusion
import Face
import Media
import MediaTypes
import LipSync

/// What a video is held to: ControlNets, and the clip that it follows.
final class VideoDriving {
  let clip: DrivingClip?
  private let frames: Int
  private let rate: Rational
  private let loops: Bool
  private let cancellation: Cancellation
  private let options: ControlOptions
  private let networks: ControlNetworks?
  private let maker: ControlMaker
  private var poses: DrivingPoses?
  private var controls: Controls?
  private var maps: [String: DrivingClip] = [:]
  /// Where what ControlNets look at is kept from one step to the next; nil: it is made again each time.
  var work: WorkFolder?

  /// Opens the ControlNets for a UNet of shape `unet`, and finds what else a video of `frames` frames needs.
  ///
  /// - Throws: `RuntimeError` with the documented exit codes.
  init(
    _ options: ControlOptions, clip: DrivingClip?, frames: Int, rate: Rational, loops: Bool,
    unet: UNetConfiguration, pictures: LatentPictures, cancellation: Cancellation
  ) throws {
    (self.options, self.clip, self.frames, self.rate) = (options, clip, frames, rate)
    (self.loops, self.cancellation) = (loops, cancellation)
    networks = try ControlNetworks(
      options, unet: unet, reduction: pictures.autoencoder.reduction)
    maker = try ControlMaker(options, pictures: pictures)
  }

  /// What should be known about the clip, the pictures, and the weights that were read so far; one line each, without what was told of
  /// poses.
  var warnings: [String] {
    (clip?.warnings ?? []) + (controls?.warnings ?? []) + maker.warnings
  }

  /// Whether a ControlNet looks at the clip's poses.
  var followsPoses: Bool {
    clip != nil
      && options.choices.indices.contains {
        options.choices[$0].kind == .pose && options.image(of: $0) == nil
      }
  }

  /// Looks for the clip's poses.
  ///
  /// - Throws: `RuntimeError`, 65, for a clip in which nobody is seen; `CancelledError`.
  func findPoses(progress: ProgressHandler) throws {
    guard let clip else { return }
    poses = try DrivingPoses(
      clip, frames: frames, maker: maker,
      smoother: options.poseSmoothing == .auto ? PoseSmoother(rate: rate) : nil,
      cancellation: cancellation, progress: progress)
    for remark in poses?.remarks ?? [] { progress(.warning(remark)) }
  }

  /// Brings the clip's poses to where the person of `first` is, the video's first frame, which the clip knows nothing of.
  func align(to first: RGBPicture, progress: ProgressHandler) throws {
    let own = try poses.flatMap { _ in try maker.pose(in: first) }
    let told = poses?.remarks.count ?? 0
    let sheet = poses?.align(to: own, in: first, mends: options.poseAlignment == .auto)
    for remark in poses?.remarks.dropFirst(told) ?? [] { progress(.warning(remark)) }
    guard let path = options.poseSheet else { return }
    guard let sheet else {
      throw RuntimeError.usage("--pose-sheet: there is no pose to show: ask for --control pose=...")
    }
    try writePNG(sheet.drawn(), to: path)
  }

  /// The ControlNets, with poses as they are now; nil where there are none.
  func prepared() throws -> Controls? {
    defer { maker.release() }
    controls = try networks.map { networks in
      Controls(
        networks: networks,
        sources: try ControlSources(
          options, clip: clip, poses: poses.map { PoseControl($0.poses, maker) }, maker: maker,
          open: openMaps
        ).kept(in: work),
        guesses: options.guesses)
    }
    return controls
  }

  /// A clip of maps, which must last as long as the video.
  private func openMaps(_ path: String) throws -> DrivingClip {
    if let known = maps[path] { return known }
    let clip = try DrivingClip(
      path, rate: rate, goesBack: loops, frames: frames, cancellation: cancellation)
    try clip.check("--control-image", frames: frames)
    maps[path] = clip
    return clip
  }
}
