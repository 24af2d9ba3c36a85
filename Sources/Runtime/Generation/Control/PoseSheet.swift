import Face
import Imaging
import Media

/// A picture of how poses were brought to lie on a picture: it with its own pose, with the clip's first as it was, and with that one as
/// it is used, from left to right.
struct PoseSheet {
  let picture: RGBPicture
  let own: WholeBodyPose?
  let before: WholeBodyPose?
  var after: WholeBodyPose?

  private static let gap = 8

  func drawn() -> RGBPicture {
    let (width, height) = (picture.width, picture.height)
    var sheet = BytePicture(
      width: 3 * width + 2 * Self.gap, height: height, channels: 3, value: 255)
    for (index, pose) in [own, before, after].enumerated() {
      sheet.paste(shown(pose), left: index * (width + Self.gap), top: 0)
    }
    return RGBPicture(sheet)
  }

  /// The picture at half its brightness, with the pose over it.
  private func shown(_ pose: WholeBodyPose?) -> BytePicture {
    var shown = picture.bytes
    shown.samples = shown.samples.map { $0 / 2 }
    guard let drawing = pose?.drawing(width: shown.width, height: shown.height) else {
      return shown
    }
    for pixel in 0..<shown.width * shown.height {
      let samples = (3 * pixel)..<(3 * pixel + 3)
      guard drawing.samples[samples].contains(where: { $0 > 0 }) else { continue }
      shown.samples.replaceSubrange(samples, with: drawing.samples[samples])
    }
    return shown
  }
}
