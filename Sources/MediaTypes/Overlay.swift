/// A picture with transparency, to be laid over frames.
public struct Overlay: Hashable, Sendable {
  public let width: Int
  public let height: Int
  /// [height, width, 4]: red, green, blue, each already multiplied by opacity, and opacity; 8-bit sRGB.
  public let samples: [UInt8]

  /// Wraps `samples`, whose count must be width x height x 4.
  public init(width: Int, height: Int, samples: [UInt8]) {
    precondition(samples.count == width * height * 4, "RGBA samples")
    self.width = width
    self.height = height
    self.samples = samples
  }
}
