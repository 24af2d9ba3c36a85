import CKernels

/// How pictures of bytes are resized: to the bit as the two libraries do that face models were trained with.
public enum Resampler: String, Hashable, Sendable, CaseIterable {
  /// OpenCV's INTER_LANCZOS4: eight samples in each direction, also where the picture shrinks.
  case openCVLanczos4
  /// OpenCV's INTER_LINEAR: two samples in each direction, also where the picture shrinks.
  case openCVBilinear
  /// Pillow's BILINEAR: a triangle, widened where the picture shrinks.
  case pillowBilinear
  /// Pillow's BICUBIC, its default: a cubic with a = -0.5, widened where the picture shrinks.
  case pillowBicubic
}

extension BytePicture {
  /// This picture at another size.
  /// - Throws: `ImagingError.outOfMemory`.
  public func resized(
    width newWidth: Int, height newHeight: Int, _ resampler: Resampler
  ) throws(ImagingError) -> BytePicture {
    var result = BytePicture(width: newWidth, height: newHeight, channels: channels)
    let (w, h, c) = (Int32(width), Int32(height), Int32(channels))
    let (outW, outH) = (Int32(newWidth), Int32(newHeight))
    let status =
      switch resampler {
      case .openCVLanczos4, .openCVBilinear:
        CKernelsPixels_resize_opencv(
          samples, w, h, c, &result.samples, outW, outH, resampler == .openCVLanczos4 ? 1 : 0)
      case .pillowBilinear, .pillowBicubic:
        CKernelsPixels_resize_pillow(
          samples, w, h, c, &result.samples, outW, outH, resampler == .pillowBicubic ? 1 : 0)
      }
    guard status == 0 else { throw .outOfMemory(width: newWidth, height: newHeight) }
    return result
  }

  /// A scaled and shifted part of this picture as OpenCV's warpAffine samples it: bilinear, at 1/32 pixels, black beyond
  /// the picture.
  ///
  /// Pixel (x, y) of the result lies at `toPicture`(x, y), both counted from the centres of the first pixels.
  public func warped(_ toPicture: Similarity, width newWidth: Int, height newHeight: Int)
    -> BytePicture
  {
    precondition(toPicture.isInvertible, "a degenerate warp")
    var result = BytePicture(width: newWidth, height: newHeight, channels: channels)
    CKernelsPixels_warp(
      samples, Int32(width), Int32(height), Int32(channels),
      [
        toPicture.a, -toPicture.b, toPicture.shiftX, toPicture.b, toPicture.a, toPicture.shiftY,
      ], &result.samples, Int32(newWidth), Int32(newHeight))
    return result
  }
}
