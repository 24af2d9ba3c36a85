import Imaging
import Media

extension RGBPicture {
  /// This picture at another size: the middle of it that has the same proportions, resampled as Pillow's BICUBIC does.
  func fitted(width: Int, height: Int) throws -> RGBPicture {
    let scale = min(Double(self.width) / Double(width), Double(self.height) / Double(height))
    let crop = (
      width: min(Int((Double(width) * scale).rounded()), self.width),
      height: min(Int((Double(height) * scale).rounded()), self.height)
    )
    let (left, top) = ((self.width - crop.width) / 2, (self.height - crop.height) / 2)
    let whole = BytePicture(
      width: self.width, height: self.height, channels: 3, samples: samples)
    let middle = whole.cropped(
      to: PixelBox(left: left, top: top, right: left + crop.width, bottom: top + crop.height))
    let resized = try middle.resized(width: width, height: height, .pillowBicubic)
    return RGBPicture(width: width, height: height, samples: resized.samples)
  }
}
