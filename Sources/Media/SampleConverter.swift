import CLibAV
import MediaTypes

/// libswresample: samples of any format, rate and channels to planar floats.
///
/// Rates are changed by a windowed-sinc filter with exact phases: 64 taps per zero-crossing side at the lower rate,
/// Kaiser window (beta 12), pass band to 95 % of the lower Nyquist frequency. Output sample 0 is at the time of input sample 0.
final class SampleConverter {
  struct Form {
    var format: AVSampleFormat
    var rate: Int
    var layout: AVChannelLayout
  }

  private let path: String
  private let inputRate: Int
  private let outputRate: Int
  private let channelCount: Int
  private var context: OpaquePointer?

  init(from input: Form, toRate outputRate: Int, layout: AVChannelLayout, path: String) throws {
    self.path = path
    inputRate = input.rate
    self.outputRate = outputRate
    channelCount = Int(layout.nb_channels)
    var (source, target) = (input.layout, layout)
    try LibAV.reading(
      path, "cannot convert the sound",
      swr_alloc_set_opts2(
        &context, &target, AV_SAMPLE_FMT_FLTP, Int32(outputRate), &source, input.format,
        Int32(input.rate), 0, nil))
    let raw = UnsafeMutableRawPointer(context)
    for (name, value) in [
      ("filter_size", 128), ("phase_shift", 10), ("exact_rational", 1), ("linear_interp", 0),
      ("kaiser_beta", 12), ("dither_method", 0),
    ] { av_opt_set_int(raw, name, Int64(value), 0) }
    av_opt_set(raw, "filter_type", "kaiser", 0)
    av_opt_set_double(raw, "cutoff", 0.95, 0)
    av_opt_set_sample_fmt(raw, "internal_sample_fmt", AV_SAMPLE_FMT_FLTP, 0)
    let code = swr_init(context)
    if code < 0 {
      swr_free(&context)
      try LibAV.reading(path, "cannot convert the sound", code)
    }
  }

  deinit { swr_free(&context) }

  /// Takes `count` samples of each plane and gives what is ready, one array per channel; nil planes give the rest.
  func convert(_ planes: UnsafePointer<UnsafePointer<UInt8>?>?, count: Int) throws -> [[Float]] {
    let capacity = Int(
      try LibAV.reading(
        path, "cannot convert the sound", swr_get_out_samples(context, Int32(count))))
    guard capacity > 0 else { return Array(repeating: [], count: channelCount) }
    var storage = [Float](repeating: 0, count: capacity * channelCount)
    let filled = try storage.withUnsafeMutableBytes { bytes in
      var targets: [UnsafeMutablePointer<UInt8>?] = (0..<channelCount).map {
        (bytes.baseAddress! + $0 * capacity * 4).assumingMemoryBound(to: UInt8.self)
      }
      let source = UnsafeMutablePointer(mutating: planes)
      return Int(
        try LibAV.reading(
          path, "cannot convert the sound",
          swr_convert(context, &targets, Int32(capacity), source, Int32(count))))
    }
    return (0..<channelCount).map { channel in
      Array(storage[(channel * capacity)..<(channel * capacity + filled)])
    }
  }

  /// Takes a chunk of planar floats.
  func convert(_ channels: [[Float]]) throws -> [[Float]] {
    let count = channels.first?.count ?? 0
    guard count > 0 else { return Array(repeating: [], count: channelCount) }
    let joined = channels.flatMap { $0 }
    return try joined.withUnsafeBytes { bytes in
      let planes: [UnsafePointer<UInt8>?] = channels.indices.map {
        (bytes.baseAddress! + $0 * count * 4).assumingMemoryBound(to: UInt8.self)
      }
      return try convert(planes, count: count)
    }
  }
}

/// The usual layout for a number of channels.
func usualLayout(_ channelCount: Int) -> AVChannelLayout {
  var layout = AVChannelLayout()
  av_channel_layout_default(&layout, Int32(channelCount))
  return layout
}
