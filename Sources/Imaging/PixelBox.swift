/// An upright rectangle of whole pixels: columns `left..<right` and rows `top..<bottom`, which may lie beyond the picture.
public struct PixelBox: Hashable, Sendable, Codable {
  public var left: Int
  public var top: Int
  public var right: Int
  public var bottom: Int

  public init(left: Int, top: Int, right: Int, bottom: Int) {
    self.left = left
    self.top = top
    self.right = right
    self.bottom = bottom
  }

  public var width: Int { right - left }
  public var height: Int { bottom - top }
  public var isEmpty: Bool { right <= left || bottom <= top }

  /// What both have in common; empty where they lie apart.
  public func intersection(_ other: PixelBox) -> PixelBox {
    PixelBox(
      left: max(left, other.left), top: max(top, other.top), right: min(right, other.right),
      bottom: min(bottom, other.bottom))
  }

  /// This box in coordinates that start at the upper left corner of `other`.
  public func relative(to other: PixelBox) -> PixelBox {
    PixelBox(
      left: left - other.left, top: top - other.top, right: right - other.left,
      bottom: bottom - other.top)
  }
}
