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

  /// With `size`, the doubled picture is cut to it as by `doubled(height:width:)`.
  public func callAsFunction(_ x: Tensor, size: (height: Int, width: Int)? = nil) -> Tensor {
    conv(
      x.doubled(height: size?.height ?? 2 * x.shape[2], width: size?.width ?? 2 * x.shape[3]))
  }
}

extension Tensor {
  /// Repeats each pixel in both directions: [N, C, H, W] -> [N, C, height, width].
  ///
  /// The result loses its last row or column where `height` or `width` is smaller by one than twice as many,
  /// which is what nearest-neighbour interpolation to such a size amounts to.
  public func doubled(height: Int, width: Int) -> Tensor {
    precondition(
      (2 * shape[2] - 1...2 * shape[2]).contains(height)
        && (2 * shape[3] - 1...2 * shape[3]).contains(width),
      "doubled: \(shape) to \(height) x \(width)")
    var result = upsampleNearest(factor: 2)
    if height < result.shape[2] { result = result.slice(axis: 2, 0..<height) }
    if width < result.shape[3] { result = result.slice(axis: 3, 0..<width) }
    return result
  }
}
