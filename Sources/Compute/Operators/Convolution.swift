/// Rows and columns of zeros around a picture.
public struct Padding: Sendable, Hashable {
  public var top: Int
  public var left: Int
  public var bottom: Int
  public var right: Int

  public init(top: Int, left: Int, bottom: Int, right: Int) {
    self.top = top
    self.left = left
    self.bottom = bottom
    self.right = right
  }

  /// The same on all four sides.
  public init(_ all: Int) { self.init(top: all, left: all, bottom: all, right: all) }

  public static let none = Padding(0)
}

/// Everything about a convolution but its weights.
struct ConvolutionGeometry: Sendable, Hashable {
  var stride: Int
  var padding: Padding
  var dilation: Int
  var groups: Int

  /// Height and width of the result for an input [.., .., H, W] and a kernel [.., .., KH, KW].
  func outputSize(of input: [Int], kernel: [Int]) -> (height: Int, width: Int) {
    let height = input[2] + padding.top + padding.bottom - dilation * (kernel[2] - 1) - 1
    let width = input[3] + padding.left + padding.right - dilation * (kernel[3] - 1) - 1
    precondition(height >= 0 && width >= 0, "conv2d: kernel \(kernel) exceeds input \(input)")
    return (height / stride + 1, width / stride + 1)
  }
}

extension Tensor {
  /// Convolves a picture: x [N, C, H, W], weight [O, C / groups, KH, KW], bias [O] -> [N, O, OH, OW].
  ///
  /// `stride` and `dilation` hold for both axes. A one-dimensional convolution is one over height 1.
  public func conv2d(
    weight: Constant, bias: Constant? = nil, stride: Int = 1, padding: Padding = .none,
    dilation: Int = 1, groups: Int = 1
  ) -> Tensor {
    let kernel = weight.shape
    precondition(rank == 4 && kernel.count == 4, "conv2d: x \(shape), weight \(kernel)")
    precondition(stride > 0 && dilation > 0 && groups > 0, "conv2d: positive stride and groups")
    precondition(
      kernel[1] * groups == shape[1] && kernel[0] % groups == 0,
      "conv2d: weight \(kernel) in \(groups) groups does not fit x \(shape)")
    precondition(
      bias.map { $0.shape == [kernel[0]] } ?? true, "conv2d: bias \(bias!.shape) for \(kernel)")
    let geometry = ConvolutionGeometry(
      stride: stride, padding: padding, dilation: dilation, groups: groups)
    let (height, width) = geometry.outputSize(of: shape, kernel: kernel)
    return record(
      .convolution(geometry), with: [constant(weight)] + (bias.map { [constant($0)] } ?? []),
      shape: [shape[0], kernel[0], height, width])
  }
}
