/// What a painter gives for one face: how to move the source's pixels, and what to put over them.
public struct PaintedMouth: Sendable, Equatable {
  /// Side of the mask and the inner picture.
  public static let size = 256
  /// Side of the flow grid.
  public static let flowSize = 64

  /// Where each pixel is fetched from, [2, 64, 64] (x, then y), in crop units (the crop is 2 wide).
  public var flow: [Float]
  /// How far the inner picture covers the source, [1, 256, 256], in [0, 1].
  public var mask: [Float]
  /// The inside of the mouth, RGB [3, 256, 256] in [-1, 1].
  public var inner: [Float]

  /// Wraps activated values; the effect window is not applied yet.
  public init(flow: [Float], mask: [Float], inner: [Float]) {
    precondition(flow.count == 2 * Self.flowSize * Self.flowSize, "flow [2, 64, 64]")
    precondition(mask.count == Self.size * Self.size, "mask [1, 256, 256]")
    precondition(inner.count == 3 * Self.size * Self.size, "inner [3, 256, 256]")
    self.flow = flow
    self.mask = mask
    self.inner = inner
  }
}
