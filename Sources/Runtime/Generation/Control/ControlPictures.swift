import Compute
import Face
import Media

/// The pictures that one ControlNet looks at, a frame each, all of one size.
protocol ControlPictures: AnyObject {
  func picture(at frame: Int) throws -> RGBPicture
}

/// One picture for all frames.
final class StillControl: ControlPictures {
  private let picture: RGBPicture

  init(_ picture: RGBPicture) { self.picture = picture }

  func picture(at frame: Int) -> RGBPicture { picture }
}

/// What is made of a clip's frames, whenever it is asked for.
final class ClipControl: ControlPictures {
  private let clip: DrivingClip
  private let kind: ControlKind
  private let maker: ControlMaker

  init(_ clip: DrivingClip, _ kind: ControlKind, _ maker: ControlMaker) {
    (self.clip, self.kind, self.maker) = (clip, kind, maker)
  }

  func picture(at frame: Int) throws -> RGBPicture {
    try maker.control(kind, of: clip.picture(at: frame), name: clip.path)
  }
}

/// Poses that are known, drawn when they are asked for; black where nobody is seen.
final class PoseControl: ControlPictures {
  let poses: [WholeBodyPose?]
  private let maker: ControlMaker

  init(_ poses: [WholeBodyPose?], _ maker: ControlMaker) {
    (self.poses, self.maker) = (poses, maker)
  }

  func picture(at frame: Int) -> RGBPicture { maker.drawing(poses[frame]) }
}

/// Pictures that are made once and then kept on disk: memory holds none, and each step of denoising sees them all again.
///
/// One that was damaged there is made again.
final class KeptControl: ControlPictures {
  private let made: any ControlPictures
  private let work: WorkFolder
  /// Tells the pictures of several ControlNets apart.
  private let name: String

  init(_ made: any ControlPictures, in work: WorkFolder, name: String) {
    (self.made, self.work, self.name) = (made, work, name)
  }

  func picture(at frame: Int) throws -> RGBPicture {
    let file = "\(name).\(frame).png"
    if work.contains(file), let kept = try? readPicture(work.file(file)) { return kept }
    let picture = try made.picture(at: frame)
    try writePNG(picture, to: work.file(file))
    return picture
  }
}

extension RGBPicture {
  /// The picture as ControlNets take it, [1, 3, height, width] from 0 to 1.
  var control: HostTensor {
    let count = width * height
    var planes = [Float](repeating: 0, count: 3 * count)
    for index in 0..<count {
      for channel in 0..<3 {
        planes[channel * count + index] = Float(samples[3 * index + channel]) / 255
      }
    }
    return HostTensor(shape: [1, 3, height, width], values: planes)
  }
}
