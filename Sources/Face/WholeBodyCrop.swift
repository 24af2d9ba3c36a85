import Imaging

// After mmpose 1.1.0, datasets/transforms/topdown_transforms.py.

/// How a picture of a person is laid into the input of `RTMPose`: the whole picture with a quarter around it, its shape kept.
struct WholeBodyCrop {
  /// ImageNet's, in RGB.
  private static let mean: [Float] = [123.675, 116.28, 103.53]
  private static let deviation: [Float] = [58.395, 57.12, 57.375]

  private let pictureWidth: Int
  private let pictureHeight: Int
  private let width: Int
  private let height: Int
  /// Picture pixels that lie along one side of the network's input.
  private let scaleX: Double
  private let scaleY: Double

  init(pictureWidth: Int, pictureHeight: Int, width: Int, height: Int) {
    (self.pictureWidth, self.pictureHeight) = (pictureWidth, pictureHeight)
    (self.width, self.height) = (width, height)
    let (wide, high) = (1.25 * Double(pictureWidth), 1.25 * Double(pictureHeight))
    let shape = Double(width) / Double(height)
    scaleX = wide > high * shape ? wide : high * shape
    scaleY = wide > high * shape ? wide / shape : high
  }

  /// A place in the network's input -> in the picture.
  func toPicture(_ point: Point) -> Point {
    Point(
      point.x / Double(width) * scaleX + Double(pictureWidth) / 2 - scaleX / 2,
      point.y / Double(height) * scaleY + Double(pictureHeight) / 2 - scaleY / 2)
  }

  /// The network's input [3, height, width], normalised, of an RGB picture; black around it.
  func input(of picture: BytePicture) -> [Float] {
    let step = scaleX / Double(width)
    let toPicture = Similarity(
      scale: step,
      shift: Point(
        Double(pictureWidth) / 2 - step * Double(width) / 2,
        Double(pictureHeight) / 2 - step * Double(height) / 2))
    let bytes = picture.warped(toPicture, width: width, height: height).samples
    let count = width * height
    var result = [Float](repeating: 0, count: 3 * count)
    for place in 0..<count {
      for channel in 0..<3 {
        result[channel * count + place] =
          (Float(bytes[3 * place + channel]) - Self.mean[channel]) / Self.deviation[channel]
      }
    }
    return result
  }

  /// The same input as a mirror shows it.
  func mirrored(_ input: [Float]) -> [Float] {
    var result = input
    for row in 0..<(input.count / width) {
      result[(row * width)..<((row + 1) * width)].reverse()
    }
    return result
  }
}
