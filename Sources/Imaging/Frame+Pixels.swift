import CKernels
public import MediaTypes

/// How the colour of a 4:2:0 frame is brought to every pixel.
public enum ChromaSampling: Hashable, Sendable {
  /// Bilinear, chroma sited on the left.
  case interpolated
  /// As it is for its four pixels: what FFmpeg does when it writes pictures of a video.
  case repeated
}

extension Frame {
  /// A part of the picture as RGB bytes; `box` must not be empty and may reach beyond the frame.
  public func pixels(
    in box: PixelBox, surroundings: BytePicture.Surroundings = .black,
    chroma: ChromaSampling = .interpolated
  ) -> BytePicture {
    precondition(!box.isEmpty, "an empty box")
    var result = BytePicture(width: box.width, height: box.height, channels: 3)
    let isBlack: Int32 = surroundings == .black ? 1 : 0
    samples.withUnsafeBufferPointer { bytes in
      guard let start = bytes.baseAddress else { return }
      CKernelsPixels_read_box(
        kernelBox(box, chroma), start, start + firstChromaRange.lowerBound,
        start + secondChromaRange.lowerBound, isBlack, &result.samples)
    }
    return result
  }

  /// Writes the pixels in which `after` differs from `before`, RGB pictures of `box`; all other bytes stay as they are.
  ///
  /// Luma moves by as much as the colours' luma did, so that a slight change of colour is a slight change of bytes.
  public mutating func replacePixels(
    in box: PixelBox, before: BytePicture, after: BytePicture,
    chroma: ChromaSampling = .interpolated
  ) {
    for picture in [before, after] {
      precondition(
        picture.width == box.width && picture.height == box.height && picture.channels == 3,
        "RGB pictures of the box")
    }
    let (first, second) = (firstChromaRange.lowerBound, secondChromaRange.lowerBound)
    let kernelBox = kernelBox(box, chroma)
    samples.withUnsafeMutableBufferPointer { bytes in
      guard let start = bytes.baseAddress else { return }
      CKernelsPixels_write_box(
        kernelBox, before.samples, after.samples, start, start + first, start + second)
    }
  }

  private func kernelBox(_ box: PixelBox, _ chroma: ChromaSampling) -> CKernelsPixels_box {
    CKernelsPixels_box(
      width: Int32(width), height: Int32(height), left: Int32(box.left), top: Int32(box.top),
      boxWidth: Int32(box.width), boxHeight: Int32(box.height), color: color.kernelColor,
      repeatsChroma: chroma == .repeated ? 1 : 0)
  }
}
