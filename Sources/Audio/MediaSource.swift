import Media
import MediaTypes

/// The sound of whatever libav reads: videos, AAC, WMA and much else.
final class MediaSource: SampleSource {
  let warnings: [String] = []
  private let reader: AudioReader

  /// Opens the file.
  ///
  /// - Throws: `MediaError`, 65 where libav knows no such format or the file has no sound.
  init(path: String) throws { reader = try AudioReader(path) }

  var sampleRate: Int { reader.sampleRate }
  var channelCount: Int { reader.channelCount }

  func read(into samples: inout [Float]) throws {
    samples.removeAll(keepingCapacity: true)
    guard let piece = try reader.read(maximumSampleCount: 8192) else { return }
    let channels = piece.channels
    samples.reserveCapacity(piece.sampleCount * channels.count)
    for index in 0..<piece.sampleCount {
      for channel in channels { samples.append(channel[index]) }
    }
  }
}
