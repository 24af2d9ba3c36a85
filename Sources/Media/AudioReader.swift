import CLibAV
import CLibAVShims
public import MediaTypes

/// Reads the sound of any file with an audio stream, in chunks, at its own rate and channels.
public final class AudioReader {
  public let sampleRate: Int
  public let channelCount: Int
  /// As the container says, in seconds; nil where it does not.
  public let durationSeconds: Double?
  public let codec: String
  /// Samples per channel read so far.
  public private(set) var sampleCount = 0
  let layout: AVChannelLayout
  private let demuxer: Demuxer
  private let stream: Int32
  private let decoder: StreamDecoder
  private let converter: SampleConverter
  private let format: AVSampleFormat
  private var buffered: [[Float]]
  private var isDraining = false
  private var isAtEnd = false

  /// Throws `MediaError`: 66 where `path` cannot be read, 65 where it is no media or has no sound.
  public init(_ path: String) throws {
    let file = try InputFile(path)
    guard !file.isFolder else {
      throw MediaError.unusable(path, "a folder, not a recording", "give a sound file")
    }
    demuxer = try Demuxer(file)
    guard let found = demuxer.stream(AVMEDIA_TYPE_AUDIO) else {
      throw MediaError.unusable(
        path, "no sound in this file", "give a recording, or a video with sound")
    }
    stream = found.pointee.index
    demuxer.select(only: stream)
    decoder = try StreamDecoder(found, path: path)
    codec = String(cString: avcodec_get_name(found.pointee.codecpar.pointee.codec_id))
    durationSeconds = Media.durationSeconds(of: found, in: demuxer)
    let context = decoder.context.pointee
    sampleRate = Int(context.sample_rate)
    channelCount = Int(context.ch_layout.nb_channels)
    format = context.sample_fmt
    guard sampleRate > 0, channelCount > 0 else {
      throw MediaError.unusable(
        path, "the sound's rate or channels are unknown", "convert it to wav first")
    }
    let isNamed = context.ch_layout.order == AV_CHANNEL_ORDER_NATIVE
    layout = isNamed ? context.ch_layout : usualLayout(channelCount)
    buffered = Array(repeating: [], count: channelCount)
    converter = try SampleConverter(
      from: .init(format: format, rate: sampleRate, layout: layout), toRate: sampleRate,
      layout: layout, path: path)
  }

  /// The next samples, at most `maximumSampleCount` per channel; nil at the end.
  ///
  /// Throws 65 where the file is damaged, or holds no sample at all.
  public func read(maximumSampleCount: Int = 65536) throws -> Waveform? {
    while buffered[0].count < maximumSampleCount, !isAtEnd { try decodeMore() }
    let count = min(buffered[0].count, maximumSampleCount)
    guard count > 0 else {
      guard sampleCount > 0 else {
        throw MediaError.unusable(
          demuxer.path, "the recording holds no sound", "give one of some length")
      }
      return nil
    }
    let chunk = buffered.map { Array($0[..<count]) }
    for channel in buffered.indices { buffered[channel].removeFirst(count) }
    sampleCount += count
    return Waveform(sampleRate: sampleRate, channels: chunk)
  }

  private func decodeMore() throws {
    if let frame = try decoder.receive() {
      try append(frame)
    } else if isDraining {
      isAtEnd = true
    } else if let packet = try demuxer.next(of: stream) {
      try decoder.send(packet)
    } else {
      isDraining = true
      try decoder.send(nil)
    }
  }

  private func append(_ frame: UnsafeMutablePointer<AVFrame>) throws {
    let block = frame.pointee
    guard Int(block.sample_rate) == sampleRate, Int(block.ch_layout.nb_channels) == channelCount,
      block.format == format.rawValue
    else {
      throw MediaError.unusable(
        demuxer.path, "the sound's rate or channels change midway", "convert it to wav first")
    }
    let planes = UnsafeRawPointer(block.extended_data)?
      .assumingMemoryBound(to: UnsafePointer<UInt8>?.self)
    let samples = try converter.convert(planes, count: Int(block.nb_samples))
    for channel in buffered.indices { buffered[channel] += samples[channel] }
  }
}

/// Turns sound of any rate into another rate, chunk by chunk; several channels become one by their mean.
///
/// The same samples come out however the sound is cut into chunks. n samples become ceil(n x output / input).
public final class Resampler {
  public let inputRate: Int
  public let outputRate: Int
  private let converter: SampleConverter
  private var taken = 0
  private var given = 0

  public init(inputRate: Int, outputRate: Int = 16000) throws {
    precondition(inputRate > 0 && outputRate > 0, "sample rates are positive")
    self.inputRate = inputRate
    self.outputRate = outputRate
    let mono = usualLayout(1)
    converter = try SampleConverter(
      from: .init(format: AV_SAMPLE_FMT_FLTP, rate: inputRate, layout: mono), toRate: outputRate,
      layout: mono, path: "audio")
  }

  /// Takes the next chunk and gives the samples that are ready, mono.
  public func resample(_ chunk: Waveform) throws -> [Float] {
    precondition(chunk.sampleRate == inputRate, "one rate for all chunks")
    taken += chunk.sampleCount
    return counted(try converter.convert([mean(chunk.channels)])[0])
  }

  /// The remaining samples.
  public func finish() throws -> [Float] {
    let rest = try converter.convert(nil, count: 0)[0] + [Float](repeating: 0, count: outputRate)
    return counted(rest)
  }

  private func counted(_ samples: [Float]) -> [Float] {
    let limit = (taken * outputRate + inputRate - 1) / inputRate
    let kept = Array(samples.prefix(max(limit - given, 0)))
    given += kept.count
    return kept
  }

  private func mean(_ channels: [[Float]]) -> [Float] {
    guard channels.count > 1 else { return channels.first ?? [] }
    let scale = 1 / Float(channels.count)
    return channels[0].indices.map { index in
      channels.reduce(Float(0)) { $0 + $1[index] } * scale
    }
  }
}
