import CLibAV
import MediaTypes

/// Converts decoded pictures of one size and form to another pixel format of the same size.
final class Scaler {
  private struct Form: Equatable {
    let width, height, format: Int32
    let matrix: Int32
    let isFullRange: Bool
    let chromaLocation: AVChromaLocation
  }

  private let path: String
  private let target: AVPixelFormat
  private let output: DecodedFrame
  private var form: Form?
  private var context: OpaquePointer?

  init(to target: AVPixelFormat, path: String) throws {
    self.path = path
    self.target = target
    output = try DecodedFrame(path)
  }

  deinit { sws_freeContext(context) }

  /// `frame` in the target format, valid until the next call.
  ///
  /// YUV keeps the matrix and range of `color`; RGB is full range.
  func convert(
    _ frame: UnsafeMutablePointer<AVFrame>, color: ColorDescription
  ) throws -> UnsafeMutablePointer<AVFrame> {
    try prepare(for: frame, color: color)
    let source = frame.pointee
    let rows: [UnsafePointer<UInt8>?] = [
      UnsafePointer(source.data.0), UnsafePointer(source.data.1), UnsafePointer(source.data.2),
      UnsafePointer(source.data.3),
    ]
    let strides = [source.linesize.0, source.linesize.1, source.linesize.2, source.linesize.3]
    let result = output.pointer.pointee
    let targetRows = [result.data.0, result.data.1, result.data.2, result.data.3]
    let targetStrides = [
      result.linesize.0, result.linesize.1, result.linesize.2, result.linesize.3,
    ]
    try LibAV.reading(
      path, "cannot convert the picture",
      sws_scale(context, rows, strides, 0, source.height, targetRows, targetStrides))
    return output.pointer
  }

  private func prepare(
    for frame: UnsafeMutablePointer<AVFrame>, color: ColorDescription
  ) throws {
    let source = frame.pointee
    let wanted = Form(
      width: source.width, height: source.height, format: source.format, matrix: color.matrix,
      isFullRange: color.isFullRange, chromaLocation: source.chroma_location)
    guard wanted != form else { return }
    sws_freeContext(context)
    context = nil
    form = nil
    context = try Self.makeContext(wanted, target: target, path: path)
    av_frame_unref(output.pointer)
    output.pointer.pointee.width = source.width
    output.pointer.pointee.height = source.height
    output.pointer.pointee.format = target.rawValue
    try LibAV.reading(path, "cannot convert the picture", av_frame_get_buffer(output.pointer, 64))
    form = wanted
  }

  private static func makeContext(
    _ form: Form, target: AVPixelFormat, path: String
  ) throws -> OpaquePointer {
    let context = try LibAV.allocated(sws_alloc_context(), path)
    let raw = UnsafeMutableRawPointer(context)
    let flags =
      SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT | SWS_FULL_CHR_H_INP | SWS_BITEXACT
    var options: [(String, Int)] = [
      ("srcw", Int(form.width)), ("srch", Int(form.height)), ("src_format", Int(form.format)),
      ("dstw", Int(form.width)), ("dsth", Int(form.height)), ("dst_format", Int(target.rawValue)),
      ("sws_flags", Int(flags)),
    ]
    if form.chromaLocation == AVCHROMA_LOC_CENTER { options.append(("src_h_chr_pos", 128)) }
    for (name, value) in options { av_opt_set_int(raw, name, Int64(value), 0) }
    guard sws_init_context(context, nil, nil) >= 0 else {
      sws_freeContext(context)
      throw MediaError.unusable(
        path, "unknown pixel format", "convert it to an ordinary mp4 or PNG first")
    }
    let coefficients = sws_getCoefficients(form.matrix)
    let range: Int32 = form.isFullRange ? 1 : 0
    let unity: Int32 = 1 << 16
    sws_setColorspaceDetails(
      context, coefficients, range, coefficients, range, 0, unity, unity)
    return context
  }
}
