import CKernels
import Foundation
public import MediaTypes

extension Frame {
  /// A turned and scaled square of the picture as planar RGB [3, size, size] in [-1, 1].
  ///
  /// `cropToImage` maps crop pixels (0...size) to picture pixels. Sampling is bilinear and, where the
  /// picture shrinks, averages first; beyond the picture its edge repeats.
  public func crop(_ cropToImage: Similarity, size: Int) -> [Float] {
    precondition(size > 0, "crop size")
    precondition(cropToImage.isInvertible, "a degenerate crop")
    let (first, second) = chromaPlanes
    let planes = [lumaPlane, first, second].map { sampled($0, cropToImage, size: size) }
    let count = size * size
    return [Float](unsafeUninitializedCapacity: 3 * count) { buffer, initialized in
      CKernelsImaging_to_rgb(
        planes[0], planes[1], planes[2], Int32(count), color.kernelColor, buffer.baseAddress)
      initialized = 3 * count
    }
  }

  /// The brightness of a turned and scaled square, as code values [size, size].
  public func lumaCrop(_ cropToImage: Similarity, size: Int) -> [Float] {
    precondition(size > 0 && cropToImage.isInvertible, "a degenerate crop")
    return sampled(lumaPlane, cropToImage, size: size)
  }

  private func sampled(_ plane: Plane, _ cropToImage: Similarity, size: Int) -> [Float] {
    let toPlane = cropToImage.followed(by: plane.fromLuma)
    let shift = Int(log2(max(toPlane.scale, 1)))
    let reduction = Double(1 << shift)
    let reduced = toPlane.followed(by: Similarity(scale: 1 / reduction))
    let region = Region(
      covering: reduced, size: size, width: (Double(plane.width) / reduction).rounded(.up),
      height: (Double(plane.height) / reduction).rounded(.up))
    let samples = averaged(plane, shift: shift, region: region)
    let toRegion = reduced.followed(
      by: Similarity(
        scale: 1, shift: Point(-Double(region.left), -Double(region.top))))
    // Between two halvings, four taps spread as far as the remaining reduction asks; none at 1:1.
    let remaining = max(toRegion.scale, 1)
    let spread = 0.25 * (remaining * remaining - 1).squareRoot() / remaining
    return [Float](unsafeUninitializedCapacity: size * size) { buffer, initialized in
      CKernelsImaging_sample(
        samples, Int32(region.width), Int32(region.height), toRegion.kernel, Float(spread),
        Int32(size), buffer.baseAddress)
      initialized = size * size
    }
  }

  private func averaged(_ plane: Plane, shift: Int, region: Region) -> [Float] {
    let count = region.width * region.height
    return [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
      samples.withUnsafeBufferPointer { bytes in
        CKernelsImaging_reduce(
          bytes.baseAddress.map { $0 + plane.range.lowerBound }, Int32(plane.width),
          Int32(plane.height), Int32(shift), Int32(region.left), Int32(region.top),
          buffer.baseAddress, Int32(region.width), Int32(region.height))
      }
      initialized = count
    }
  }
}

/// The part of a (reduced) plane that a crop looks at; at least one sample, inside the plane.
private struct Region {
  let left: Int
  let top: Int
  let width: Int
  let height: Int

  init(covering toPlane: Similarity, size: Int, width: Double, height: Double) {
    let corners = [(0, 0), (size, 0), (0, size), (size, size)].map {
      toPlane(Point(Double($0.0), Double($0.1)))
    }
    func span(_ values: [Double], _ limit: Double) -> (Int, Int) {
      let low = min(max((values.min() ?? 0) - 2, 0), limit - 1).rounded(.down)
      let high = min(max((values.max() ?? 0) + 2, low + 1), limit).rounded(.up)
      return (Int(low), Int(high - low))
    }
    (left, self.width) = span(corners.map(\.x), width)
    (top, self.height) = span(corners.map(\.y), height)
  }
}
