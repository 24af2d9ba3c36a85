import Imaging
public import MediaTypes

/// What a face looks like, small: the colours of 8 x 8 places of the aligned crop at one brightness.
///
/// It tells the few people of a film apart; it is not for recognising anybody among many.
public struct FaceDescriptor: Hashable, Sendable {
  private static let cells = 8
  private static let cropSize = 32

  /// RGB, [3, 8, 8], with a mean of 0.
  private var values: [Float]

  /// Describes the face whose aligned crop is `crop` (crop pixels of 256 -> picture pixels).
  init(_ frame: Frame, crop: Similarity) {
    let size = Self.cropSize
    let scaled = Similarity(scale: 256 / Double(size)).followed(by: crop)
    let pixels = frame.crop(scaled, size: size)
    let side = size / Self.cells
    var values = [Float](repeating: 0, count: 3 * Self.cells * Self.cells)
    for (index, pixel) in pixels.enumerated() {
      let (channel, row, column) = (index / (size * size), index / size % size, index % size)
      values[(channel * Self.cells + row / side) * Self.cells + column / side] +=
        pixel / Float(side * side)
    }
    let mean = values.reduce(0, +) / Float(values.count)
    self.values = values.map { $0 - mean }
  }

  /// Describes `face` of `frame`.
  public init(_ frame: Frame, face: TrackedFace) { self.init(frame, crop: face.crop) }

  /// The mean difference of colours: under 0.1 for one person in one light, 0 for the same picture.
  public func distance(to other: FaceDescriptor) -> Float {
    zip(values, other.values).reduce(0) { $0 + abs($1.0 - $1.1) } / Float(values.count)
  }

  /// Moves towards `other` by `share`.
  mutating func blend(towards other: FaceDescriptor, by share: Float) {
    for index in values.indices { values[index] += (other.values[index] - values[index]) * share }
  }
}
