import CEBUR128
import CLibAV
import Glibc
import MediaTypes

/// How loud a sound is, as ITU-R BS.1770-4 and EBU R 128 measure it.
public struct Loudness: Hashable, Sendable {
  /// Integrated loudness in LUFS; nil where nothing is above -70 LUFS (or the sound is shorter than 0.4 s).
  public let integrated: Double?
  /// The highest sample in dBTP, between the samples too.
  public let truePeak: Double
}

/// Measures the whole of a recording, or what of it lies within `track.duration`.
///
/// - Throws: `MediaError` as reading does, `CancellationError` once `isCancelled` says so.
public func measureLoudness(
  _ track: AudioTrack, isCancelled: () -> Bool = { false }
) throws -> Loudness {
  let reader = try AudioReader(track.path)
  var left =
    track.duration.map { ($0 * Rational(reader.sampleRate)).value.rounded(.up) }
    ?? .infinity
  let meter = try LoudnessMeter(rate: reader.sampleRate, layout: reader.layout, path: track.path)
  while left > 0, let chunk = try reader.read() {
    if isCancelled() { throw CancellationError() }
    let count = Int(min(left, Double(chunk.sampleCount)))
    meter.add(SoundEncoder.audible(chunk.channels.map { Array($0.prefix(count)) }))
    left -= Double(count)
  }
  return meter.loudness
}

/// libebur128, which FFmpeg's `ebur128` and `loudnorm` filters carry a copy of.
final class LoudnessMeter {
  private let state: UnsafeMutablePointer<ebur128_state>
  private let channelCount: Int

  /// - Throws: `MediaError` for sound that can't be measured: of a rate or number of channels beyond any use.
  init(rate: Int, layout: AVChannelLayout, path: String) throws {
    channelCount = Int(layout.nb_channels)
    let modes = EBUR128_MODE_I.rawValue | EBUR128_MODE_TRUE_PEAK.rawValue
    guard
      let state = ebur128_init(UInt32(channelCount), UInt(rate), Int32(bitPattern: modes))
    else {
      throw MediaError.unusable(
        path, "loudness of \(channelCount) channels at \(rate) Hz can't be measured",
        "leave out --loudness")
    }
    self.state = state
    var layout = layout
    for index in 0..<UInt32(channelCount) {
      let channel = av_channel_layout_channel_from_index(&layout, index)
      ebur128_set_channel(state, index, Self.role(of: channel))
    }
  }

  deinit {
    var state: UnsafeMutablePointer<ebur128_state>? = state
    ebur128_destroy(&state)
  }

  /// What a channel counts for: those behind and beside more, the bass channel not at all.
  private static func role(of channel: AVChannel) -> Int32 {
    switch channel {
    case AV_CHAN_LOW_FREQUENCY, AV_CHAN_LOW_FREQUENCY_2: Int32(EBUR128_UNUSED.rawValue)
    case AV_CHAN_BACK_LEFT, AV_CHAN_SIDE_LEFT: Int32(EBUR128_LEFT_SURROUND.rawValue)
    case AV_CHAN_BACK_RIGHT, AV_CHAN_SIDE_RIGHT: Int32(EBUR128_RIGHT_SURROUND.rawValue)
    default: Int32(EBUR128_CENTER.rawValue)
    }
  }

  /// Takes samples by channel.
  func add(_ channels: [[Float]]) {
    let count = channels.first?.count ?? 0
    var interleaved = [Float](repeating: 0, count: count * channels.count)
    for (channel, samples) in channels.enumerated() {
      for index in 0..<count { interleaved[index * channels.count + channel] = samples[index] }
    }
    ebur128_add_frames_float(state, interleaved, count)
  }

  var loudness: Loudness {
    var integrated = 0.0
    ebur128_loudness_global(state, &integrated)
    let peaks = (0..<UInt32(channelCount)).map { channel in
      var peak = 0.0
      ebur128_true_peak(state, channel, &peak)
      return peak
    }
    return Loudness(
      integrated: integrated.isFinite ? integrated : nil,
      truePeak: 20 * log10(max(peaks.max() ?? 0, 1e-10)))
  }
}
