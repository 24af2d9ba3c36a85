import Imaging
import Media

extension RGBPicture {
  /// This picture at another size: the middle of it that has the same proportions, resampled as Pillow's BICUBIC does.
  func fitted(width: Int, height: Int) throws -> RGBPicture {
    let middle = bytes.cropped(to: middle(width: width, height: height))
    return RGBPicture(try middle.resized(width: width, height: height, .pillowBicubic))
  }

  /// Where pixels go when the picture is fitted; whole numbers are their centres.
  func fitting(width: Int, height: Int) -> Similarity {
    let middle = middle(width: width, height: height)
    let scale = Double(width) / Double(middle.width)
    return Similarity(
      scale: scale,
      shift: Point(
        (0.5 - Double(middle.left)) * scale - 0.5, (0.5 - Double(middle.top)) * scale - 0.5))
  }

  /// The largest box in the middle with the proportions of that size.
  private func middle(width: Int, height: Int) -> PixelBox {
    let scale = min(Double(self.width) / Double(width), Double(self.height) / Double(height))
    let crop = (
      width: min(Int((Double(width) * scale).rounded()), self.width),
      height: min(Int((Double(height) * scale).rounded()), self.height)
    )
    let (left, top) = ((self.width - crop.width) / 2, (self.height - crop.height) / 2)
    return PixelBox(left: left, top: top, right: left + crop.width, bottom: top + crop.height)
  }

  /// The same samples for those who work on pictures.
  var bytes: BytePicture {
    BytePicture(width: width, height: height, channels: 3, samples: samples)
  }

  /// The picture of RGB samples.
  init(_ bytes: BytePicture) {
    self.init(width: bytes.width, height: bytes.height, samples: bytes.samples)
  }
}
