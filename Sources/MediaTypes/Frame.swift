/// A picture in 8-bit YUV 4:2:0, planar: the form that video has on disk, so that what is not painted stays untouched.
///
/// Width and height are even. `samples` holds the Y plane (height x width), then U and V
/// ((height / 2) x (width / 2)), all without padding.
public struct Frame: Hashable, Sendable {
  public let width: Int
  public let height: Int
  public var color: ColorDescription
  public var samples: [UInt8]
  /// Opacity, height x width, of a picture whose colours are not multiplied by it; nil is opaque everywhere.
  public var alpha: [UInt8]? {
    didSet { precondition(alpha.map { $0.count == width * height } ?? true, "alpha samples") }
  }

  /// Wraps `samples`, whose count must be width x height x 3 / 2.
  public init(width: Int, height: Int, color: ColorDescription, samples: [UInt8]) {
    precondition(width > 0 && height > 0 && width % 2 == 0 && height % 2 == 0, "even frame size")
    precondition(samples.count == Self.sampleCount(width: width, height: height), "frame samples")
    self.width = width
    self.height = height
    self.color = color
    self.samples = samples
  }

  /// A frame of one colour (black by default).
  public init(
    width: Int, height: Int, color: ColorDescription = .bt709, luma: UInt8 = 16,
    chroma: UInt8 = 128
  ) {
    let luminance = [UInt8](repeating: luma, count: width * height)
    let chrominance = [UInt8](repeating: chroma, count: width * height / 2)
    self.init(width: width, height: height, color: color, samples: luminance + chrominance)
  }

  public static func sampleCount(width: Int, height: Int) -> Int { width * height * 3 / 2 }

  /// Where the planes lie in `samples`.
  public var lumaRange: Range<Int> { 0..<(width * height) }
  public var firstChromaRange: Range<Int> { (width * height)..<(width * height * 5 / 4) }
  public var secondChromaRange: Range<Int> { (width * height * 5 / 4)..<samples.count }
}
