public import Imaging
public import MediaTypes

extension MuseTalkGeometry {
  /// What lies beyond the picture: black where upstream sees none of it, else its edge.
  public var surroundings: BytePicture.Surroundings {
    compatibility == .upstream ? .black : .repeated
  }

  /// How a frame's colour is read: as upstream's pictures have it, which FFmpeg writes, or with smooth chroma.
  public var chroma: ChromaSampling { compatibility == .upstream ? .repeated : .interpolated }

  /// The box of an RGB picture [256, 256, 3] for the network, resized with Lanczos-4.
  ///
  /// Upstream stretches what is left of a box at the picture's edge; mended, the edge goes on. At least a part of the box
  /// lies in the picture.
  /// - Throws: `ImagingError.outOfMemory`.
  public func crop(of picture: BytePicture, _ box: PixelBox) throws(ImagingError) -> BytePicture {
    let box = compatibility == .upstream ? box.intersection(picture.bounds) : box
    return try shrunk(picture.cropped(to: box, surroundings: surroundings))
  }

  /// The box of a frame, of which nothing else is converted to RGB.
  /// - Throws: `ImagingError.outOfMemory`.
  public func crop(of frame: Frame, _ box: PixelBox) throws(ImagingError) -> BytePicture {
    let bounds = PixelBox(left: 0, top: 0, right: frame.width, bottom: frame.height)
    let box = compatibility == .upstream ? box.intersection(bounds) : box
    return try shrunk(frame.pixels(in: box, surroundings: surroundings, chroma: chroma))
  }

  private func shrunk(_ picture: BytePicture) throws(ImagingError) -> BytePicture {
    try picture.resized(width: Self.cropSize, height: Self.cropSize, .openCVLanczos4)
  }
}
