public import Imaging
public import MediaTypes

/// Paints mouths with MuseTalk: crop, networks, and blending into the picture.
///
/// Reuses its buffers, so one thread at a time may paint.
public final class MuseTalkPainter: MouthPainter {
  /// Cuts a face [256, 256, 3] out of a frame.
  public typealias Crop = (_ frame: Frame, _ face: PixelBox) throws -> BytePicture
  /// Puts a painted face [256, 256, 3] back into the frame that it was cut out of.
  public typealias Blend = (_ frame: Frame, _ face: PixelBox, _ painted: BytePicture) throws -> Frame

  private let networks: MuseTalkFacePainter
  private let latents: LatentFile
  private let crop: Crop
  private let blend: Blend

  /// - Parameters:
  ///   - networks: What repaints faces.
  ///   - latentPath: Where latents of the source's pictures are kept for when they come again.
  public init(
    _ networks: MuseTalkFacePainter, latentPath: String, crop: @escaping Crop,
    blend: @escaping Blend
  ) {
    self.networks = networks
    latents = LatentFile(path: latentPath, valueCount: networks.latentCount)
    self.crop = crop
    self.blend = blend
  }

  public var batchSize: Int { networks.batchSize }

  /// `speech` is a frame's audio tokens [50, 384].
  public func paint(_ moments: [PaintingMoment<PixelBox, [Float]>]) throws -> [Frame] {
    let faces = try networks.faces(
      latents: moments.map(latents(of:)), audio: moments.map(\.speech))
    let size = MuseTalkNetworks.faceSize
    return try zip(moments, faces).map { moment, face in
      try blend(
        moment.frame, moment.face,
        BytePicture(width: size, height: size, channels: 3, samples: face))
    }
  }

  private func latents(of moment: PaintingMoment<PixelBox, [Float]>) throws -> [Float] {
    if let known = latents.latents(of: moment.sourceIndex) { return known }
    let found = try networks.latents(of: crop(moment.frame, moment.face).samples)
    latents.keep(found, for: moment.sourceIndex)
    return found
  }
}
