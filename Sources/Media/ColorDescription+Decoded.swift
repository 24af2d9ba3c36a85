import CLibAV
import MediaTypes

extension ColorDescription {
  /// What a decoded picture says of its colours; what it leaves open is filled as FFmpeg and OpenCV do, which wrote most
  /// untagged files: BT.601's matrix, limited range; primaries and transfer are BT.709's from 720 rows up.
  init(decoded frame: UnsafeMutablePointer<AVFrame>) {
    let picture = frame.pointee
    self.init(
      matrix: picture.colorspace, primaries: picture.color_primaries, transfer: picture.color_trc,
      range: picture.color_range, format: AVPixelFormat(picture.format), height: picture.height)
  }

  /// What a container says of a stream's colours, before decoding.
  init(stream parameters: UnsafeMutablePointer<AVCodecParameters>) {
    let stream = parameters.pointee
    self.init(
      matrix: stream.color_space, primaries: stream.color_primaries, transfer: stream.color_trc,
      range: stream.color_range, format: AVPixelFormat(stream.format), height: stream.height)
  }

  private init(
    matrix: AVColorSpace, primaries: AVColorPrimaries, transfer: AVColorTransferCharacteristic,
    range: AVColorRange, format: AVPixelFormat, height: Int32
  ) {
    let guess: ColorDescription = height >= 720 ? .untaggedLarge : .bt601
    let isRGB = matrix == AVCOL_SPC_RGB
    let isKnown = matrix != AVCOL_SPC_UNSPECIFIED && !isRGB
    let base: ColorDescription =
      if isRGB { .bt709 } else { isKnown ? Self.usual(matrix: Int32(matrix.rawValue)) : guess }
    self.init(
      matrix: base.matrix,
      primaries: primaries == AVCOL_PRI_UNSPECIFIED || primaries == AVCOL_PRI_RESERVED0
        ? base.primaries : Int32(primaries.rawValue),
      transfer: transfer == AVCOL_TRC_UNSPECIFIED || transfer == AVCOL_TRC_RESERVED0
        ? base.transfer : Int32(transfer.rawValue),
      isFullRange: range == AVCOL_RANGE_JPEG
        || (range == AVCOL_RANGE_UNSPECIFIED && Self.fullRangeFormats.contains(format)))
  }

  private static let untaggedLarge = ColorDescription(
    matrix: 6, primaries: 1, transfer: 1, isFullRange: false)

  /// Primaries and transfer that usually go with a matrix.
  private static func usual(matrix: Int32) -> ColorDescription {
    let (primaries, transfer): (Int32, Int32) =
      switch matrix {
      case 4: (4, 4)
      case 5: (5, 6)
      case 6: (6, 6)
      case 7: (7, 7)
      case 9, 10: (9, 14)
      default: (1, 1)
      }
    return ColorDescription(
      matrix: matrix, primaries: primaries, transfer: transfer, isFullRange: false)
  }

  private static let fullRangeFormats: [AVPixelFormat] = [
    AV_PIX_FMT_YUVJ420P, AV_PIX_FMT_YUVJ422P, AV_PIX_FMT_YUVJ444P, AV_PIX_FMT_YUVJ440P,
    AV_PIX_FMT_YUVJ411P,
  ]
}
