import CKernels
public import Compute

/// The log-mel spectrogram that Whisper's encoder was trained on, in blocks of 30 seconds.
///
/// Holds working memory: use one per thread.
public final class WhisperMel {
  /// Samples at 16 kHz of a block: 30 seconds.
  public static let blockSampleCount = 480_000
  /// Mel frames of a block, one every 10 ms.
  public static let blockFrameCount = 3000
  /// Values of a block: 80 bands of 3000 frames.
  public static let blockValueCount = MelSpectrogram.bandCount * blockFrameCount

  private let spectrogram = MelSpectrogram()
  private var padded: [Float]

  public init() {
    padded = [Float](
      repeating: 0, count: Self.blockSampleCount + 2 * MelSpectrogram.reach)
  }

  /// Writes the block that holds up to 480,000 `samples` (silence follows fewer) to `output`, [80, 3000].
  ///
  /// As the published feature extractor has it: edges reflected, powers floored at 1e-8 of the block's largest,
  /// (log10 + 4) / 4. Blocks know nothing of each other.
  public func block(
    _ samples: UnsafeBufferPointer<Float>, into output: UnsafeMutableBufferPointer<Float>
  ) {
    precondition(samples.count <= Self.blockSampleCount, "a block holds 30 seconds")
    precondition(output.count == Self.blockValueCount, "a block has 80 x 3000 values")
    pad(samples)
    padded.withUnsafeBufferPointer { padded in
      spectrogram.logPower(
        of: padded, frameCount: Self.blockFrameCount, into: output,
        rowStride: Self.blockFrameCount)
    }
    let largest = CKernelsAudio_maximum(output.baseAddress, output.count)
    CKernelsAudio_normalize_log_mel(output.baseAddress, output.count, largest - 8)
  }

  /// The blocks of a whole sound at 16 kHz, [blocks, 80, 3000]; the last is filled with silence.
  public func blocks(of samples: [Float]) -> HostTensor {
    let count = (samples.count + Self.blockSampleCount - 1) / Self.blockSampleCount
    var tensor = HostTensor(shape: [count, MelSpectrogram.bandCount, Self.blockFrameCount])
    samples.withUnsafeBufferPointer { samples in
      tensor.values.withUnsafeMutableBufferPointer { values in
        for index in 0..<count {
          let start = index * Self.blockSampleCount
          let end = min(start + Self.blockSampleCount, samples.count)
          let room = (index * Self.blockValueCount)..<((index + 1) * Self.blockValueCount)
          block(
            UnsafeBufferPointer(rebasing: samples[start..<end]),
            into: UnsafeMutableBufferPointer(rebasing: values[room]))
        }
      }
    }
    return tensor
  }

  /// The blocks of a whole file, which is read from its beginning, [blocks, 80, 3000].
  ///
  /// - Throws: as `SpeechReader.read(into:)`.
  public func blocks(of reader: SpeechReader) throws -> HostTensor {
    try reader.rewind()
    var (pending, piece): ([Float], [Float]) = ([], [])
    var (values, isAtEnd) = ([Float](), false)
    while !isAtEnd {
      try reader.read(into: &piece)
      pending.append(contentsOf: piece)
      isAtEnd = piece.isEmpty
      guard pending.count >= Self.blockSampleCount || isAtEnd && !pending.isEmpty else { continue }
      let count = min(pending.count, Self.blockSampleCount)
      values.append(contentsOf: blocks(of: Array(pending[..<count])).values)
      pending.removeFirst(count)
    }
    let blockCount = values.count / Self.blockValueCount
    return HostTensor(
      shape: [blockCount, MelSpectrogram.bandCount, Self.blockFrameCount], values: values)
  }

  /// Puts `samples` between their reflected edges, without repeating the edge samples.
  private func pad(_ samples: UnsafeBufferPointer<Float>) {
    let reach = MelSpectrogram.reach
    let end = reach + Self.blockSampleCount
    padded.withUnsafeMutableBufferPointer { padded in
      for index in samples.indices { padded[reach + index] = samples[index] }
      for index in (reach + samples.count)..<end { padded[index] = 0 }
      for offset in 1...reach {
        padded[reach - offset] = padded[reach + offset]
        padded[end - 1 + offset] = padded[end - 1 - offset]
      }
    }
  }
}
