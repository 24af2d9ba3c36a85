import Media
import MediaTypes

/// What looking for faces found in a source, as it is stored: the frames' times follow from the index, or from the frame count
/// for pictures.
struct FaceRecord<Track: Codable>: Codable {
  let track: Track
  let frameCount: Int
  let index: VideoIndex?
  let warnings: [String]

  /// `rate` is that of a folder of pictures.
  func times(rate: Rational) -> PresentationTimes {
    index?.times ?? PresentationTimes(frameCount: frameCount, rate: rate)
  }
}
