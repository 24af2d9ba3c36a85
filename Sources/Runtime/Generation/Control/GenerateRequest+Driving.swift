import LipSync
import MediaTypes

extension GenerateRequest {
  /// The clip that a video is to follow, nil without one.
  ///
  /// - Throws: `RuntimeError`, 64, for options that do not go together; errors of a clip that can't be read.
  func drivingClip(rate: Rational, cancellation: Cancellation) throws -> DrivingClip? {
    if let complaint = control.complaint { throw RuntimeError.usage(complaint) }
    if control.poseSheet != nil, image == nil || control.restages || !control.needsPoses {
      throw RuntimeError.usage(
        "--pose-sheet: shows how a clip's pose lies on the first frame: give that with --image, and "
          + "--control pose=..., or leave it out")
    }
    if control.video != nil, image == nil, !control.restages, control.choices.isEmpty {
      throw RuntimeError.usage(
        "--video: needs a first frame: give one with --image, or have the clip's repainted with --restage"
      )
    }
    return try control.video.map {
      try DrivingClip(
        $0, rate: rate, goesBack: loops, frames: length?.frameCount(at: rate),
        cancellation: cancellation)
    }
  }

  /// How many frames MuseV makes: as many as are asked for, else as the clip has.
  ///
  /// - Throws: `RuntimeError`, 64, where the clip is too short.
  func frameCount(at rate: Rational, following clip: DrivingClip?) throws -> Int {
    guard let clip else { return wholeLength?.frameCount(at: rate) ?? MuseVOptions.usualFrames }
    let count = wholeLength?.frameCount(at: rate) ?? clip.frameCount
    try clip.check("--video", frames: count)
    guard count > 1 else {
      throw RuntimeError.badInput(
        "--video \(clip.path): has 1 frame at \(rate) a second: give a longer clip")
    }
    return count
  }

  /// The first of a video's `steps` that is taken: those before are left out where it begins with a clip's frames.
  func firstStep(of steps: Int) -> Int {
    control.startingStrength.map { steps - Int(Double(steps) * $0) } ?? 0
  }
}
