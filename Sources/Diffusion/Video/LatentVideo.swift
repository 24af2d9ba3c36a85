/// The latents of a video, frame after frame: [frames, channels, height, width].
public struct LatentVideo: Sendable, Equatable {
  public let channels: Int
  public let height: Int
  public let width: Int
  public private(set) var values: [Float]

  /// Wraps `values`, whose count must be a multiple of a frame's.
  public init(channels: Int, height: Int, width: Int, values: [Float]) {
    precondition(
      values.count % (channels * height * width) == 0,
      "\(values.count) values are no frames of \(channels) x \(height) x \(width)")
    (self.channels, self.height, self.width) = (channels, height, width)
    self.values = values
  }

  /// As many frames of this one's size, with other values.
  public func with(_ values: [Float]) -> LatentVideo {
    LatentVideo(channels: channels, height: height, width: width, values: values)
  }

  /// This, as noise, with a share of its variance taken by `picture`, a frame's values, in every frame.
  public func mixed(with picture: [Float], share: Double) -> LatentVideo {
    with(
      (0..<frames).flatMap {
        combined(share.squareRoot(), picture, (1 - share).squareRoot(), Array(self[$0]))
      })
  }

  /// All values times `factor`.
  public func scaled(by factor: Double) -> LatentVideo { with(values.map { $0 * Float(factor) }) }

  /// Values of one frame.
  public var frameSize: Int { channels * height * width }

  public var frames: Int { values.count / frameSize }

  public subscript(range: Range<Int>) -> ArraySlice<Float> {
    values[(range.lowerBound * frameSize)..<(range.upperBound * frameSize)]
  }

  /// The values of these frames; beyond the last, those of the first follow.
  public func window(_ range: Range<Int>) -> [Float] {
    if range.upperBound <= frames { return Array(self[range]) }
    return range.flatMap { self[$0 % frames] }
  }

  /// The values of one frame.
  public subscript(frame: Int) -> ArraySlice<Float> { self[frame..<(frame + 1)] }
}
