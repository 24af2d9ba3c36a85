import CKernels
public import MediaTypes

extension Frame {
  /// A frame from planar RGB [3, height, width] in [-1, 1]; width and height are even.
  ///
  /// Chroma is averaged over two rows and, weighed 1-2-1, over the columns around its own.
  public init(planarRGB rgb: [Float], width: Int, height: Int, color: ColorDescription = .bt709) {
    precondition(rgb.count == 3 * width * height, "planar RGB [3, height, width]")
    self.init(width: width, height: height, color: color)
    let (codes, count) = (color.kernelColor, width * height)
    let green = 1 - codes.red - codes.blue
    func unit(_ index: Int) -> Float { (min(max(rgb[index], -1), 1) + 1) / 2 }
    func byte(_ value: Float) -> UInt8 { UInt8(min(max(value, 0), 255).rounded()) }
    func luma(_ i: Int) -> Float {
      codes.red * unit(i) + green * unit(count + i) + codes.blue * unit(2 * count + i)
    }
    for i in 0..<count { samples[i] = byte(codes.lumaOffset + codes.lumaScale * luma(i)) }
    let (half, chroma) = (width / 2, count / 4)
    for row in 0..<(height / 2) {
      for column in 0..<half {
        var (first, second) = (Float(0), Float(0))
        for (offset, weight) in [(-1, Float(1)), (0, 2), (1, 1)] {
          let x = min(max(2 * column + offset, 0), width - 1)
          for y in [2 * row, 2 * row + 1] {
            let i = y * width + x
            first += weight * (unit(2 * count + i) - luma(i))
            second += weight * (unit(i) - luma(i))
          }
        }
        let place = count + row * half + column
        samples[place] = byte(128 + codes.chromaScale * first / 16 / (1 - codes.blue))
        samples[place + chroma] = byte(128 + codes.chromaScale * second / 16 / (1 - codes.red))
      }
    }
  }
}
