import CLibAV

/// What sound is encoded as.
enum SoundCodec {
  case aac, opus

  private static let aacRates = [
    7350, 8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 64000, 88200, 96000,
  ]
  private static let opusRates = [8000, 12000, 16000, 24000, 48000]

  var encoder: UnsafePointer<AVCodec>? {
    switch self {
    case .aac: avcodec_find_encoder(AV_CODEC_ID_AAC)
    case .opus: avcodec_find_encoder_by_name("libopus")
    }
  }

  var sampleFormat: AVSampleFormat { self == .aac ? AV_SAMPLE_FMT_FLTP : AV_SAMPLE_FMT_FLT }

  /// The lowest rate that the codec has and that loses nothing, or its highest.
  func rate(for rate: Int) -> Int {
    switch self {
    case .aac: Self.aacRates.first { $0 >= rate } ?? 96000
    case .opus: Self.opusRates.first { $0 >= rate } ?? 48000
    }
  }
}
