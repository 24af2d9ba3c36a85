/// How a frame's numbers stand for colours; code points as in ITU-T H.273.
public struct ColorDescription: Hashable, Sendable {
  public var matrix: Int32
  public var primaries: Int32
  public var transfer: Int32
  public var isFullRange: Bool

  public init(matrix: Int32, primaries: Int32, transfer: Int32, isFullRange: Bool) {
    self.matrix = matrix
    self.primaries = primaries
    self.transfer = transfer
    self.isFullRange = isFullRange
  }

  /// BT.709, limited range: what pictures become.
  public static let bt709 = ColorDescription(
    matrix: 1, primaries: 1, transfer: 1, isFullRange: false)

  /// BT.601 (525 lines), limited range: what untagged small video is taken for; untagged large video has its matrix.
  public static let bt601 = ColorDescription(
    matrix: 6, primaries: 6, transfer: 6, isFullRange: false)

  /// Whether the transfer function is PQ or HLG.
  public var isHighDynamicRange: Bool { transfer == 16 || transfer == 18 }

  /// Weights of red and blue in luma, from the matrix (BT.709 where it is unknown).
  public var lumaWeights: (red: Float, blue: Float) {
    switch matrix {
    case 4: (0.30, 0.11)
    case 5, 6: (0.299, 0.114)
    case 7: (0.212, 0.087)
    case 9, 10: (0.2627, 0.0593)
    default: (0.2126, 0.0722)
    }
  }
}
