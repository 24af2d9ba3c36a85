/// What a moment's spectrum looks like, however loud it is: next to the network's outputs, what a voice is told by.
enum VoiceSpectrum {
  /// Bands that the mel spectrum is divided into, and of as many readings.
  private static let bandCount = 8
  /// Values of one reading: how loud each band is next to all, then how far its mel bands stand out.
  static let channelCount = 2 * bandCount
  /// Mel bands to each side that a mel band is compared with.
  private static let neighbours = 2

  /// The reading of a 20 ms step: log-mel frames 2 x `step` and the next, of a window [80, 200] at the start of `mel`.
  static func reading(of mel: ArraySlice<Float>, step: Int) -> [Float] {
    let frames = 2 * ArticulationMel.frameCount
    let bands = (0..<MelSpectrogram.bandCount).map { band in
      let first = mel.startIndex + band * frames + 2 * step
      return (mel[first] + mel[first + 1]) / 2
    }
    let standing = bands.indices.map { band in
      let near = bands[max(0, band - neighbours)...min(band + neighbours, bands.count - 1)]
      return abs(bands[band] - near.reduce(0, +) / Float(near.count))
    }
    let level = bands.reduce(0, +) / Float(bands.count)
    return means(of: bands).map { $0 - level } + means(of: standing)
  }

  private static func means(of values: [Float]) -> [Float] {
    let width = values.count / bandCount
    return (0..<bandCount).map { band in
      values[(band * width)..<((band + 1) * width)].reduce(0, +) / Float(width)
    }
  }
}
