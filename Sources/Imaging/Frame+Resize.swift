import CKernels
public import MediaTypes

extension Frame {
  /// This picture at another (even) size, with a Catmull-Rom filter that averages where it shrinks.
  /// - Throws: `ImagingError.outOfMemory`.
  public func resized(width newWidth: Int, height newHeight: Int) throws(ImagingError) -> Frame {
    guard newWidth != width || newHeight != height else { return self }
    var result = Frame(width: newWidth, height: newHeight, color: color)
    // Chroma sits on the left of its pair, so its columns shift a little when their spacing changes.
    let shift = 0.25 - 0.25 * Double(width) / Double(newWidth)
    let from = [lumaPlane, chromaPlanes.first, chromaPlanes.second]
    let to = [result.lumaPlane, result.chromaPlanes.first, result.chromaPlanes.second]
    for (index, (source, target)) in zip(from, to).enumerated() {
      let status = samples.withUnsafeBufferPointer { bytes in
        result.samples.withUnsafeMutableBufferPointer { out in
          CKernelsImaging_resize(
            bytes.baseAddress.map { $0 + source.range.lowerBound }, Int32(source.width),
            Int32(source.height), index == 0 ? 0 : shift,
            out.baseAddress.map { $0 + target.range.lowerBound }, Int32(target.width),
            Int32(target.height))
        }
      }
      guard status == 0 else { throw .outOfMemory(width: newWidth, height: newHeight) }
    }
    return result
  }

  /// The brightness alone (code values, row by row), at another size.
  /// - Throws: `ImagingError.outOfMemory`.
  public func luma(width newWidth: Int, height newHeight: Int) throws(ImagingError) -> [UInt8] {
    precondition(newWidth > 0 && newHeight > 0, "picture size")
    guard newWidth != width || newHeight != height else { return Array(samples[lumaRange]) }
    var result = [UInt8](repeating: 0, count: newWidth * newHeight)
    let status = CKernelsImaging_resize(
      samples, Int32(width), Int32(height), 0, &result, Int32(newWidth), Int32(newHeight))
    guard status == 0 else { throw .outOfMemory(width: newWidth, height: newHeight) }
    return result
  }
}
