import CLibAV
import CLibAVShims
import MediaTypes

/// The encoders of pictures: x264, ProRes and VP9, set so that segments join and the same frames give the same bytes.
enum PictureCodec {
  static func open(
    _ settings: EncoderSettings, path: String
  ) throws -> UnsafeMutablePointer<AVCodecContext> {
    let (name, package) = library(settings.format)
    guard let encoder = avcodec_find_encoder_by_name(name) else {
      throw MediaError(
        .internalError, "this libav has no encoder \(name)", path,
        "install libavcodec with \(package)")
    }
    let codec = try LibAV.allocated(avcodec_alloc_context3(encoder), path)
    codec.pointee.width = Int32(settings.width)
    codec.pointee.height = Int32(settings.height)
    codec.pointee.pix_fmt = pixelFormat(settings)
    codec.pointee.time_base = settings.rate.inverse.libAV
    codec.pointee.framerate = settings.rate.libAV
    codec.pointee.sample_aspect_ratio = settings.sampleAspectRatio.libAV
    codec.pointee.colorspace = AVColorSpace(UInt32(settings.color.matrix))
    codec.pointee.color_primaries = AVColorPrimaries(UInt32(settings.color.primaries))
    codec.pointee.color_trc = AVColorTransferCharacteristic(UInt32(settings.color.transfer))
    codec.pointee.color_range =
      settings.color.isFullRange ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG
    codec.pointee.gop_size = Int32(settings.keyFrameInterval)
    codec.pointee.thread_count = Int32(EncoderSettings.threadCount)
    codec.pointee.flags |= AV_CODEC_FLAG_GLOBAL_HEADER | AV_CODEC_FLAG_BITEXACT
    for (option, value) in options(settings) {
      av_opt_set(codec.pointee.priv_data, option, value, 0)
    }
    CLibAV_clear_message()
    let code = avcodec_open2(codec, encoder, nil)
    guard code >= 0 else {
      var owned: UnsafeMutablePointer<AVCodecContext>? = codec
      avcodec_free_context(&owned)
      throw MediaError(
        .internalError,
        "cannot encode \(settings.width)x\(settings.height) "
          + "(\(LibAV.detail(code)))", path, "use another size, preset or crf")
    }
    return codec
  }

  static func pixelFormat(_ settings: EncoderSettings) -> AVPixelFormat {
    switch settings.format {
    case .mp4: AV_PIX_FMT_YUV420P
    case .mov: settings.hasAlpha ? AV_PIX_FMT_YUVA444P10LE : AV_PIX_FMT_YUV444P10LE
    case .webm: settings.hasAlpha ? AV_PIX_FMT_YUVA420P : AV_PIX_FMT_YUV420P
    }
  }

  private static func library(_ format: VideoFormat) -> (encoder: String, package: String) {
    switch format {
    case .mp4: ("libx264", "libx264")
    case .mov: ("prores_ks", "its own ProRes encoder")
    case .webm: ("libvpx-vp9", "libvpx")
    }
  }

  private static func options(_ settings: EncoderSettings) -> [(String, String)] {
    switch settings.format {
    case .mp4:
      [
        ("preset", settings.preset), ("crf", "\(settings.crf)"),
        ("x264-params", "open-gop=0:sliced-threads=0" + instructionSet),
      ]
    case .mov: [("profile", "4444"), ("vendor", "apl0")]
    case .webm:
      // Alternate references are no pictures of their own, which a picture's alpha could not follow.
      [
        ("crf", "\((settings.crf * 63 + 25) / 51)"), ("auto-alt-ref", "0"), ("lag-in-frames", "0"),
        ("deadline", "good"), ("cpu-used", "4"),
      ]
    }
  }

  /// With its kernels for AVX-512 and several threads, x264's `mbtree` gives other bytes in one run of ten (core 164), so
  /// it is kept to AVX2, which processors with AVX-512 have.
  private static var instructionSet: String {
    av_get_cpu_flags() & AV_CPU_FLAG_AVX512 == 0 ? "" : ":asm=avx2"
  }
}
