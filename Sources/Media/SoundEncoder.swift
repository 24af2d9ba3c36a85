import CLibAV
import CLibAVShims
import Glibc
import MediaTypes

/// Encodes the whole of a recording as AAC or Opus, chunk by chunk: at its own rate and channels where the codec has them.
final class SoundEncoder {
  private let kind: SoundCodec

  /// Samples per second of the encoded sound.
  let rate: Int
  private(set) var warnings: [String] = []
  private let path: String
  private let reader: AudioReader
  private let codec: UnsafeMutablePointer<AVCodecContext>
  private let converter: SampleConverter?
  private let frame: DecodedFrame
  private let packet: Packet
  private var buffered: [[Float]]
  private var sentSamples = 0
  /// Samples that the sound has in the end; nil is what the recording has.
  private let sampleLimit: Int?
  /// What every sample is multiplied by; nil is nothing.
  private let amplification: Float?
  private var isAtEnd = false
  private var isDraining = false

  init(_ track: AudioTrack, codec kind: SoundCodec = .aac) throws {
    self.kind = kind
    let (reader, path) = (try AudioReader(track.path), track.path)
    self.reader = reader
    self.path = path
    let rate = kind.rate(for: reader.sampleRate)
    self.rate = rate
    // Opus plays at 48 kHz whatever it is given.
    if rate != reader.sampleRate, kind == .aac {
      warnings.append("\(path): AAC has no \(reader.sampleRate) Hz: the sound has \(rate) Hz")
    }
    var layout = reader.layout
    if reader.channelCount > 8 { layout = usualLayout(2) }
    var opened = try? Self.open(kind, rate: rate, layout: layout, path: path)
    if opened == nil {
      layout = usualLayout(2)
      opened = try Self.open(kind, rate: rate, layout: layout, path: path)
    }
    codec = opened!
    let channels = Int(layout.nb_channels)
    if channels != reader.channelCount {
      warnings.append("\(path): \(reader.channelCount) channels are mixed down to \(channels)")
    }
    buffered = Array(repeating: [], count: channels)
    amplification = track.gain == 0 ? nil : Float(pow(10, track.gain / 20))
    sampleLimit = track.duration.map { ($0.numerator * rate + $0.denominator - 1) / $0.denominator }
    frame = try DecodedFrame(path)
    packet = try Packet(path)
    let needsConversion = rate != reader.sampleRate || channels != reader.channelCount
    converter =
      needsConversion
      ? try SampleConverter(
        from: .init(
          format: AV_SAMPLE_FMT_FLTP, rate: reader.sampleRate, layout: reader.layout),
        toRate: rate, layout: layout, path: path) : nil
  }

  deinit {
    var owned: UnsafeMutablePointer<AVCodecContext>? = codec
    avcodec_free_context(&owned)
  }

  private static func open(
    _ kind: SoundCodec, rate: Int, layout: AVChannelLayout, path: String
  ) throws -> UnsafeMutablePointer<AVCodecContext> {
    let encoder = try LibAV.allocated(kind.encoder, path)
    let codec = try LibAV.allocated(avcodec_alloc_context3(encoder), path)
    codec.pointee.sample_rate = Int32(rate)
    codec.pointee.sample_fmt = kind.sampleFormat
    codec.pointee.ch_layout = layout
    codec.pointee.time_base = AVRational(num: 1, den: Int32(rate))
    codec.pointee.thread_count = 1
    codec.pointee.flags |= AV_CODEC_FLAG_GLOBAL_HEADER | AV_CODEC_FLAG_BITEXACT
    codec.pointee.bit_rate = bitRate(channels: Int(layout.nb_channels), rate: rate)
    CLibAV_clear_message()
    let code = avcodec_open2(codec, encoder, nil)
    if code < 0 {
      var owned: UnsafeMutablePointer<AVCodecContext>? = codec
      avcodec_free_context(&owned)
      try LibAV.writing(path, "cannot encode this sound", code)
    }
    return codec
  }

  /// 192 kb/s for one or two channels, 96 for each of more, never above AAC's limit of 6 bits a sample.
  private static func bitRate(channels: Int, rate: Int) -> Int64 {
    Int64(min(channels > 2 ? channels * 96000 : 192_000, channels * rate * 6))
  }

  func makeParameters() throws -> UnsafeMutablePointer<AVCodecParameters> {
    let parameters = try LibAV.allocated(avcodec_parameters_alloc(), path)
    avcodec_parameters_from_context(parameters, codec)
    return parameters
  }

  /// The next packet, times in samples (the first before 0: the encoder's run-in); nil at the end.
  func next() throws -> UnsafeMutablePointer<AVPacket>? {
    while true {
      let code = avcodec_receive_packet(codec, packet.pointer)
      if code == CLibAV_error_eof { return nil }
      if code != CLibAV_error_again {
        try LibAV.writing(path, "cannot encode the sound", code)
        return packet.pointer
      }
      try sendBlock()
    }
  }

  private func sendBlock() throws {
    let size = Int(codec.pointee.frame_size)
    while buffered[0].count < size, !isAtEnd {
      if let chunk = try reader.read() {
        var channels = Self.audible(chunk.channels)
        if let amplification { channels = channels.map { $0.map { $0 * amplification } } }
        append(try converter?.convert(channels) ?? channels)
      } else {
        if let converter { append(try converter.convert(nil, count: 0)) }
        isAtEnd = true
      }
    }
    if let sampleLimit { fit(to: min(sampleLimit - sentSamples, size)) }
    let count = min(buffered[0].count, size)
    guard count > 0 else {
      if !isDraining { try LibAV.writing(path, "cannot encode", avcodec_send_frame(codec, nil)) }
      isDraining = true
      return
    }
    try fillFrame(count)
    try LibAV.writing(
      path, "cannot encode the sound", avcodec_send_frame(codec, frame.pointer))
    sentSamples += count
    for channel in buffered.indices { buffered[channel].removeFirst(count) }
  }

  /// Samples that are not numbers, or over 120 dB above full scale, become silence: no encoder takes them.
  static func audible(_ channels: [[Float]]) -> [[Float]] {
    channels.map { samples in samples.map { abs($0) <= 1e6 ? $0 : 0 } }
  }

  /// Cuts the buffer after `count` samples, or, where the recording has ended, fills it up with silence.
  private func fit(to count: Int) {
    for channel in buffered.indices where isAtEnd && buffered[channel].count < count {
      buffered[channel] += [Float](repeating: 0, count: count - buffered[channel].count)
    }
    guard let sampleLimit, sentSamples + buffered[0].count >= sampleLimit else { return }
    for channel in buffered.indices {
      buffered[channel].removeLast(sentSamples + buffered[channel].count - sampleLimit)
    }
    isAtEnd = true
  }

  private func append(_ samples: [[Float]]) {
    for channel in buffered.indices { buffered[channel] += samples[channel] }
  }

  private func fillFrame(_ count: Int) throws {
    av_frame_unref(frame.pointer)
    frame.pointer.pointee.nb_samples = Int32(count)
    frame.pointer.pointee.format = kind.sampleFormat.rawValue
    frame.pointer.pointee.ch_layout = codec.pointee.ch_layout
    frame.pointer.pointee.sample_rate = Int32(rate)
    frame.pointer.pointee.pts = Int64(sentSamples)
    try LibAV.writing(path, "cannot encode the sound", av_frame_get_buffer(frame.pointer, 0))
    if kind == .opus {
      interleave(count)
      return
    }
    for (channel, samples) in buffered.enumerated() {
      let target = UnsafeMutableRawPointer(frame.pointer.pointee.extended_data[channel]!)
      samples.withUnsafeBytes { target.copyMemory(from: $0.baseAddress!, byteCount: count * 4) }
    }
  }

  private func interleave(_ count: Int) {
    let target = UnsafeMutableRawPointer(frame.pointer.pointee.extended_data[0]!)
      .assumingMemoryBound(to: Float.self)
    for (channel, samples) in buffered.enumerated() {
      for index in 0..<count { target[index * buffered.count + channel] = samples[index] }
    }
  }
}
