public import Compute
public import Imaging

/// The part of a picture that the pose network sees: a box, a quarter larger, in the shape of the network's picture.
///
/// MuseTalk takes the whole picture for the box.
public struct PoseWindow: Hashable, Sendable {
  let configuration: RTMPose.Configuration
  let center: Point
  let width: Float
  let height: Float

  /// A window around `box`.
  public init(around box: PixelBox, configuration: RTMPose.Configuration) {
    precondition(!box.isEmpty, "an empty box")
    self.configuration = configuration
    center = Point(Double(box.left + box.right) / 2, Double(box.top + box.bottom) / 2)
    let (width, height) = (Float(box.width) * 1.25, Float(box.height) * 1.25)
    let aspect = Float(configuration.imageWidth) / Float(configuration.imageHeight)
    let isWide = width > height * aspect
    self.width = isWide ? width : height * aspect
    self.height = isWide ? width / aspect : height
  }

  /// The window as the network takes it [1, 3, imageHeight, imageWidth], normalised as ImageNet's pictures.
  ///
  /// `picture` is RGB; beyond it all is black. With `isFlipped`, left and right change places.
  public func input(_ picture: BytePicture, isFlipped: Bool = false) -> HostTensor {
    precondition(picture.channels == 3, "an RGB picture")
    let (columns, rows) = (configuration.imageWidth, configuration.imageHeight)
    let scale = Double(width) / Double(columns)
    let shift = Point(
      center.x - scale * Double(columns) / 2, center.y - scale * Double(rows) / 2)
    let seen = picture.warped(
      Similarity(a: scale, b: 0, shiftX: shift.x, shiftY: shift.y), width: columns, height: rows)
    return seen.normalized(
      means: [123.675, 116.28, 103.53], deviations: [58.395, 57.12, 57.375], isFlipped: isFlipped)
  }
}

extension BytePicture {
  /// (sample - mean) / deviation, channel by channel [1, channels, height, width].
  func normalized(means: [Float], deviations: [Float], isFlipped: Bool = false) -> HostTensor {
    let count = width * height
    let values = [Float](unsafeUninitializedCapacity: channels * count) { buffer, initialized in
      for channel in 0..<channels {
        for row in 0..<height {
          for column in 0..<width {
            let from = row * width + (isFlipped ? width - 1 - column : column)
            buffer[channel * count + row * width + column] =
              (Float(samples[from * channels + channel]) - means[channel]) / deviations[channel]
          }
        }
      }
      initialized = channels * count
    }
    return HostTensor(shape: [1, channels, height, width], values: values)
  }
}
