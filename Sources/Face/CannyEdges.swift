import CFaceDetector
public import Imaging

/// The edges of pictures by Canny's method (Canny, 1986), as dlib has its parts.
public enum CannyEdges {
  /// What cv2.Canny is usually given for ControlNets.
  public static let thresholds = (low: 100, high: 200)

  /// White edges on black, of an RGB picture's brightness.
  ///
  /// A gradient counts by the sum of its absolute values, as in cv2.Canny; which of two neighbours is the stronger one is told by its
  /// length, so that a few edges lie a pixel beside OpenCV's.
  ///
  /// - Throws: `FaceError.detector`.
  public static func drawing(_ picture: BytePicture) throws(FaceError) -> BytePicture {
    precondition(picture.channels == 3, "an RGB picture")
    let count = picture.width * picture.height
    let plane = (0..<count).map { index in
      // OpenCV's weights, of 1 << 14.
      let (red, green, blue) = (
        Int(picture.samples[3 * index]), Int(picture.samples[3 * index + 1]),
        Int(picture.samples[3 * index + 2])
      )
      return UInt8((4899 * red + 9617 * green + 1868 * blue + 8192) >> 14)
    }
    var edges = [UInt8](repeating: 0, count: count)
    let status = CFaceDetector_edges(
      plane, Int32(picture.width), Int32(picture.height), Int32(thresholds.low),
      Int32(thresholds.high), &edges)
    guard Int(status) == CFaceDetector_ok else {
      throw .detector(reason: "edges could not be found (\(status))")
    }
    return BytePicture(
      width: picture.width, height: picture.height, channels: 3,
      samples: edges.flatMap { [$0, $0, $0] })
  }
}
