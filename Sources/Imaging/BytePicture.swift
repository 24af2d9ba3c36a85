import CKernels

/// A picture of interleaved 8-bit channels [height, width, channels]: RGB has 3, a mask has 1 (255 where it is set).
public struct BytePicture: Hashable, Sendable {
  public let width: Int
  public let height: Int
  public let channels: Int
  public var samples: [UInt8]

  /// Wraps `samples`, whose count must be width x height x channels.
  public init(width: Int, height: Int, channels: Int, samples: [UInt8]) {
    precondition(width > 0 && height > 0 && channels > 0, "picture size")
    precondition(samples.count == width * height * channels, "samples [height, width, channels]")
    self.width = width
    self.height = height
    self.channels = channels
    self.samples = samples
  }

  /// A picture with one value everywhere.
  public init(width: Int, height: Int, channels: Int, value: UInt8 = 0) {
    self.init(
      width: width, height: height, channels: channels,
      samples: [UInt8](repeating: value, count: width * height * channels))
  }

  /// The whole picture.
  public var bounds: PixelBox { PixelBox(left: 0, top: 0, right: width, bottom: height) }

  /// What a picture continues with beyond its edges.
  public enum Surroundings: Hashable, Sendable {
    /// Zero in every channel.
    case black
    /// The nearest pixel of the edge.
    case repeated
  }

  /// The pixels of `box`, which must not be empty and may reach beyond the picture.
  public func cropped(to box: PixelBox, surroundings: Surroundings = .black) -> BytePicture {
    precondition(!box.isEmpty, "an empty crop")
    var result = BytePicture(width: box.width, height: box.height, channels: channels)
    guard surroundings == .repeated else {
      result.paste(self, left: -box.left, top: -box.top)
      return result
    }
    for row in 0..<box.height {
      let y = min(max(box.top + row, 0), height - 1)
      for column in 0..<box.width {
        let x = min(max(box.left + column, 0), width - 1)
        let (from, to) = ((y * width + x) * channels, (row * box.width + column) * channels)
        for channel in 0..<channels { result.samples[to + channel] = samples[from + channel] }
      }
    }
    return result
  }

  /// Puts `picture` over this one with its upper left pixel at (`left`, `top`); what lies beyond is left out.
  ///
  /// With a `mask` [picture.height, picture.width, 1] the two are blended, rounded as Pillow does: 0 leaves this picture
  /// and 255 takes `picture`.
  public mutating func paste(
    _ picture: BytePicture, mask: BytePicture? = nil, left: Int, top: Int
  ) {
    precondition(picture.channels == channels, "pictures of equal channels")
    precondition(
      mask.map { $0.bounds == picture.bounds && $0.channels == 1 } ?? true, "a mask of that size")
    let place = PixelBox(
      left: left, top: top, right: left + picture.width, bottom: top + picture.height)
    let common = place.intersection(bounds)
    guard !common.isEmpty else { return }
    let count = common.width * channels
    for row in common.top..<common.bottom {
      let to = (row * width + common.left) * channels
      let from = (row - top) * picture.width + common.left - left
      guard let mask else {
        let source = picture.samples[(from * channels)..<(from * channels + count)]
        samples.replaceSubrange(to..<(to + count), with: source)
        continue
      }
      blend(picture, mask, from: from, to: to, pixels: common.width)
    }
  }

  private mutating func blend(
    _ picture: BytePicture, _ mask: BytePicture, from: Int, to: Int, pixels: Int
  ) {
    let channels = channels
    samples.withUnsafeMutableBufferPointer { out in
      picture.samples.withUnsafeBufferPointer { source in
        mask.samples.withUnsafeBufferPointer { mask in
          CKernelsPixels_blend(
            source.baseAddress.map { $0 + from * channels }, mask.baseAddress.map { $0 + from },
            Int32(pixels), Int32(channels), out.baseAddress.map { $0 + to })
        }
      }
    }
  }
}
