import Face
import Imaging
import LipSync
import Media
import MediaTypes

/// The poses of a driving clip's person, brought to where the picture's person is.
struct DrivingPoses {
  /// A pose for each frame of the video; nil where nobody is seen.
  private(set) var poses: [WholeBodyPose?]
  private(set) var remarks: [String] = []

  /// Poses that lie this near to the picture's, in shares of its longer side, are taken as they are.
  static let tolerance = 0.02

  /// While nobody is seen, every so many frames are searched for small people.
  private static let searchedFrames = 12

  init(_ poses: [WholeBodyPose?]) { self.poses = poses }

  /// Looks at the first `frames` frames of a clip; `smoother` takes the tremble out of what is seen.
  ///
  /// - Throws: `RuntimeError`, 65, for a clip in which nobody is seen; `CancelledError`.
  init(
    _ clip: DrivingClip, frames: Int, maker: ControlMaker, smoother: PoseSmoother?,
    cancellation: Cancellation, progress: ProgressHandler
  ) throws {
    let newCount = clip.newCount(of: frames)
    progress(.stage(name: "looking at the clip", total: newCount))
    poses = []
    for frame in 0..<newCount {
      try cancellation.check()
      poses.append(
        try maker.pose(
          in: clip.picture(at: frame), after: poses.last ?? nil,
          searchesParts: frame % Self.searchedFrames == 0))
      progress(.step(done: frame + 1))
    }
    let seen = smoother?.smoothed(poses) ?? poses
    poses = (0..<frames).map { seen[clip.place(of: $0)] }
    let missing = poses.count { $0 == nil }
    guard missing < frames else { throw ControlMaker.nobody(in: "--video \(clip.path)") }
    if missing > 0 {
      remarks.append(
        "--video \(clip.path): nobody is seen in \(missing) of \(frames) frames: nothing holds the pose there"
      )
    }
  }

  /// Checks how the first pose lies against `own`, that of `picture`, the video's first frame, and with `mends` moves all poses by
  /// what brings it there.
  ///
  /// - Returns: a picture of what was done.
  mutating func align(
    to own: WholeBodyPose?, in picture: RGBPicture, mends: Bool
  ) -> PoseSheet {
    let first = poses.lazy.compactMap(\.self).first
    var sheet = PoseSheet(picture: picture, own: own, before: first, after: first)
    guard let first, let own else {
      remarks.append(
        "--pose-alignment: no person is seen in the picture: the clip's poses are taken as they are"
      )
      return sheet
    }
    guard let alignment = PoseAlignment(driving: first, target: own) else {
      remarks.append(
        "--pose-alignment: the picture's pose and the clip's first have too little in common to be "
          + "compared: the clip's poses are taken as they are")
      return sheet
    }
    let limit = Self.tolerance * Double(max(picture.width, picture.height))
    guard alignment.before > limit else { return sheet }
    remarks.append(Self.remark(alignment, mends: mends, limit: limit))
    if mends {
      poses = poses.map { $0?.moved(alignment.transform) }
      sheet.after = first.moved(alignment.transform)
    }
    return sheet
  }

  private static func remark(_ alignment: PoseAlignment, mends: Bool, limit: Double) -> String {
    func text(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }
    let away =
      "--pose-alignment: the clip's first pose lies \(text(alignment.before)) pixels from the picture's"
    guard mends else { return "\(away): what is made may jump: leave out --pose-alignment off" }
    let (transform, rest) = (alignment.transform, alignment.after)
    let scale = (transform.scale * 1000).rounded() / 1000
    let done =
      "\(away): its poses are scaled by \(scale) and moved by (\(text(transform.shiftX)), "
      + "\(text(transform.shiftY))), which leaves \(text(rest))"
    return rest > limit
      ? "\(done): the poses themselves differ: take a picture in the clip's pose, or --restage"
      : done
  }
}
