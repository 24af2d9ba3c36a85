import CKernels
public import MediaTypes

extension ColorDescription {
  /// How code values stand for colours, as the kernels want it.
  var kernelColor: CKernelsImaging_color {
    let (red, blue) = lumaWeights
    return CKernelsImaging_color(
      red: red, blue: blue, lumaOffset: isFullRange ? 0 : 16, lumaScale: isFullRange ? 255 : 219,
      chromaScale: isFullRange ? 255 : 224)
  }

  /// The Y, U and V code values of a colour (red, green, blue in [0, 1]).
  public func codes(red: Float, green: Float, blue: Float) -> (y: UInt8, u: UInt8, v: UInt8) {
    let color = kernelColor
    let luma = color.red * red + (1 - color.red - color.blue) * green + color.blue * blue
    let first = color.chromaScale * 0.5 * (blue - luma) / (1 - color.blue)
    let second = color.chromaScale * 0.5 * (red - luma) / (1 - color.red)
    func byte(_ value: Float) -> UInt8 { UInt8(min(max(value, 0), 255).rounded()) }
    return (byte(color.lumaOffset + color.lumaScale * luma), byte(128 + first), byte(128 + second))
  }
}
