public import Imaging
public import MediaTypes

extension PasteMask {
  /// An RGB picture with a painted face [256, 256, 3] in its box.
  /// - Throws: `ImagingError.outOfMemory`.
  public func paste(_ face: BytePicture, onto picture: BytePicture) throws(ImagingError)
    -> BytePicture
  {
    let region = box.intersection(square).intersection(picture.bounds)
    guard !region.isEmpty else { return picture }
    var result = picture
    result.paste(
      try blended(face, over: picture.cropped(to: region), in: region), left: region.left,
      top: region.top)
    return result
  }

  /// A frame with a painted face [256, 256, 3] in its box; bytes of pixels that the mask does not change stay as they are.
  ///
  /// `chroma` tells how the frame's colour is read, and written where it changed.
  /// - Throws: `ImagingError.outOfMemory`.
  public func paste(
    _ face: BytePicture, onto frame: Frame, chroma: ChromaSampling = .interpolated
  ) throws(ImagingError) -> Frame {
    let bounds = PixelBox(left: 0, top: 0, right: frame.width, bottom: frame.height)
    let region = box.intersection(square).intersection(bounds)
    guard !region.isEmpty else { return frame }
    let before = frame.pixels(in: region, chroma: chroma)
    let after = try blended(face, over: before, in: region)
    var result = frame
    result.replacePixels(in: region, before: before, after: after, chroma: chroma)
    return result
  }

  /// A frame that `paste` gave, with the painted face in it sharpened as far as the mask took it.
  func sharpening(_ frame: Frame, amount: Float) -> Frame {
    let bounds = PixelBox(left: 0, top: 0, right: frame.width, bottom: frame.height)
    let region = box.intersection(square).intersection(bounds)
    guard !region.isEmpty else { return frame }
    let weights = mask.cropped(to: region.relative(to: square)).samples.map { Float($0) / 255 }
    let scale = Double(max(box.width, box.height)) / Double(MuseTalkNetworks.faceSize)
    return frame.sharpened(region, weights: weights, Sharpening(amount: amount, scale: scale))
  }

  /// `picture` shows `region`, a part of the box and of the square.
  private func blended(
    _ face: BytePicture, over picture: BytePicture, in region: PixelBox
  ) throws(ImagingError) -> BytePicture {
    let painted = try face.resized(width: box.width, height: box.height, .openCVBilinear)
    var result = picture
    result.paste(
      painted.cropped(to: region.relative(to: box)),
      mask: mask.cropped(to: region.relative(to: square)), left: 0, top: 0)
    return result
  }
}
