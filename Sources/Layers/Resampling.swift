public import Compute
public import Weights

/// Halves a picture with a convolution of stride 2: [N, C, H, W] -> [N, C, ceil(H / 2), ceil(W / 2)].
public struct Downsample2D: Sendable {
  private let conv: Conv2d

  /// `padding` is 1 all around in UNets.
  public init(
    _ weights: WeightScope, channels: Int, padding: Padding = Padding(1)
  ) throws(WeightsError) {
    conv = try Conv2d(
      weights["conv"], inputs: channels, outputs: channels, kernel: 3, stride: 2, padding: padding)
  }

  public func callAsFunction(_ x: Tensor) -> Tensor { conv(x) }
}

/// Doubles a picture by repeating pixels, then convolves it: [N, C, H, W] -> [N, C, 2 H, 2 W].
public struct Upsample2D: Sendable {
  private let conv: Conv2d

  public init(_ weights: WeightScope, channels: Int) throws(WeightsError) {
    conv = try Conv2d(
      weights["conv"], inputs: channels, outputs: channels, kernel: 3, padding: Padding(1))
  }

  /// With `size` (height, width), the doubled picture loses its last row or column where that is smaller by one,
  /// which is what nearest-neighbour interpolation to such a size amounts to.
  public func callAsFunction(_ x: Tensor, size: (height: Int, width: Int)? = nil) -> Tensor {
    var doubled = x.upsampleNearest(factor: 2)
    if let size {
      precondition(
        (2 * x.shape[2] - 1...2 * x.shape[2]).contains(size.height)
          && (2 * x.shape[3] - 1...2 * x.shape[3]).contains(size.width),
        "upsample: \(x.shape) to \(size)")
      if size.height < doubled.shape[2] { doubled = doubled.slice(axis: 2, 0..<size.height) }
      if size.width < doubled.shape[3] { doubled = doubled.slice(axis: 3, 0..<size.width) }
    }
    return conv(doubled)
  }
}
