import CLibAV
public import MediaTypes

/// Reads a picture (PNG, JPEG, WebP, BMP, TIFF, of a GIF the first), upright as its EXIF tag says, over `background` where transparent.
///
/// Throws `MediaError`: 66 where it cannot be read, 65 where it is no (whole) picture.
public func readPicture(_ path: String, background: RGBColor = .black) throws -> RGBPicture {
  try DecodedPicture(path, background: background).picture
}

/// Reads a picture in its own colours, and its opacity [height, width]; nil where nothing of it is transparent.
///
/// Throws `MediaError` as `readPicture`.
public func readTransparentPicture(
  _ path: String
) throws -> (picture: RGBPicture, alpha: [UInt8]?) {
  let decoded = try DecodedPicture(path, background: nil)
  let alpha = decoded.alpha?.samples
  return (decoded.picture, alpha?.contains { $0 < 255 } == true ? alpha : nil)
}

/// A picture: the same frame at every time.
public final class StillSource: PictureSource {
  public let info: SourceInfo
  public var index: VideoIndex? { nil }
  private let picture: Frame

  public init(_ path: String, background: RGBColor? = .black) throws {
    let decoded = try DecodedPicture(path, background: background)
    var picture = decoded.picture.frame()
    picture.alpha = decoded.alpha?.cropped(to: picture.width, picture.height)
    self.picture = picture
    var info = SourceInfo(kind: .still)
    (info.width, info.height) = (picture.width, picture.height)
    info.frameCount = 1
    info.rotationDegrees = decoded.orientation.rotationDegrees
    info.hasAlpha = decoded.hasAlpha
    info.bitDepth = decoded.bitDepth
    info.pictureCodec = decoded.codec
    if decoded.picture.width % 2 != 0 || decoded.picture.height % 2 != 0 {
      info.warnings.append(
        "\(path) is \(decoded.picture.width)x\(decoded.picture.height): an odd last row or column is "
          + "dropped")
    }
    self.info = info
  }

  public func scan(_ visit: (Int, Frame) throws -> Void) throws -> PresentationTimes {
    try visit(0, picture)
    return PresentationTimes(frameCount: 1, rate: info.outputRate)
  }

  public func frame(at index: Int) throws -> Frame { picture }
}

/// One picture file, decoded and turned.
struct DecodedPicture {
  let picture: RGBPicture
  /// Kept only without a background.
  let alpha: AlphaPlane?
  let orientation: Orientation
  let hasAlpha: Bool
  let bitDepth: Int
  let codec: String

  init(_ path: String, background: RGBColor?) throws {
    let file = try InputFile(path)
    let advice = "give a PNG, JPEG, WebP, BMP, TIFF or GIF picture that opens"
    guard !file.isFolder, file.pictureFormat != nil || file.isGIF else {
      throw MediaError.unusable(path, "not a picture", advice)
    }
    let reader = try VideoReader(file)
    guard let frame = try reader.next(), reader.damagedPackets == 0,
      frame.pointee.decode_error_flags == 0, try file.pictureFormat != .jpeg || file.endsAsJPEG()
    else {
      throw MediaError.unusable(path, "the picture is damaged or cut off", advice)
    }
    guard frame.pointee.width >= 2, frame.pointee.height >= 2 else {
      throw MediaError.unusable(path, "the picture is too small", "use one of at least 2x2")
    }
    let descriptor = av_pix_fmt_desc_get(AVPixelFormat(frame.pointee.format)).pointee
    hasAlpha = Int32(truncatingIfNeeded: descriptor.flags) & AV_PIX_FMT_FLAG_ALPHA != 0
    bitDepth = Int(descriptor.comp.0.depth)
    codec = String(cString: avcodec_get_name(reader.codec))
    orientation = Orientation(picture: frame)
    let scaler = try Scaler(to: AV_PIX_FMT_RGBA, path: path)
    let stored = try RGBPicture(frame, over: background, scaler: scaler)
    let alpha = background == nil && hasAlpha ? try AlphaPlane(frame, scaler: scaler) : nil
    picture = orientation.isUpright ? stored : stored.turned(orientation)
    self.alpha = orientation.isUpright ? alpha : alpha?.turned(orientation)
  }
}

extension RGBPicture {
  func turned(_ orientation: Orientation) -> RGBPicture {
    var turned: [UInt8] = []
    turned.reserveCapacity(samples.count)
    orientation.append(samples[...], width: width, height: height, channels: 3, to: &turned)
    let size = orientation.size(width: width, height: height)
    return RGBPicture(width: size.width, height: size.height, samples: turned)
  }
}
