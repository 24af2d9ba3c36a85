import CKernels

/// A figure around a pixel, for widening and narrowing masks.
public struct StructuringElement: Hashable, Sendable {
  /// The first row, counted from the pixel's own.
  public let firstRow: Int
  /// How many pixels each row spans to both sides of the pixel's column; none where negative.
  public let reach: [Int]

  /// Wraps rows, of which there must be one at least; reaches are at most 255.
  public init(firstRow: Int, reach: [Int]) {
    precondition(!reach.isEmpty && reach.allSatisfy { $0 <= 255 }, "a structuring element")
    self.firstRow = firstRow
    self.reach = reach
  }
}

extension BytePicture {
  /// A mask, set wherever the element around a pixel meets one that is set.
  /// - Throws: `ImagingError.outOfMemory`.
  public func dilated(_ element: StructuringElement) throws(ImagingError) -> BytePicture {
    precondition(channels == 1, "a mask")
    var result = self
    let status = CKernelsPixels_dilate(
      samples, Int32(width), Int32(height), Int32(element.firstRow), element.reach.map(Int32.init),
      Int32(element.reach.count), &result.samples)
    guard status == 0 else { throw .outOfMemory(width: width, height: height) }
    return result
  }

  /// A mask, set wherever all of the element around a pixel is set, as far as it lies in the picture.
  /// - Throws: `ImagingError.outOfMemory`.
  public func eroded(_ element: StructuringElement) throws(ImagingError) -> BytePicture {
    try inverted.dilated(element).inverted
  }

  /// 255 less every sample.
  public var inverted: BytePicture {
    BytePicture(width: width, height: height, channels: channels, samples: samples.map { ~$0 })
  }

  /// A mask blurred as OpenCV's GaussianBlur does without a deviation: 0.15 `kernelSize` + 0.35 pixels.
  ///
  /// `kernelSize` is odd.
  /// - Throws: `ImagingError.outOfMemory`.
  public func blurred(kernelSize: Int) throws(ImagingError) -> BytePicture {
    precondition(channels == 1 && kernelSize > 0 && kernelSize % 2 == 1, "a mask and an odd kernel")
    guard kernelSize > 1 else { return self }
    var result = self
    let status = CKernelsPixels_blur(
      samples, Int32(width), Int32(height), Int32(kernelSize), &result.samples)
    guard status == 0 else { throw .outOfMemory(width: width, height: height) }
    return result
  }
}

extension BytePicture {
  /// The lesser of two pictures of one size, sample by sample.
  public func darker(_ other: BytePicture) -> BytePicture {
    precondition(bounds == other.bounds && channels == other.channels, "pictures of one size")
    var result = self
    for index in result.samples.indices {
      result.samples[index] = min(samples[index], other.samples[index])
    }
    return result
  }

  /// Every sample times a factor from 0 to 1.
  public func scaled(by factor: Double) -> BytePicture {
    precondition((0...1).contains(factor), "a factor from 0 to 1")
    var result = self
    for index in result.samples.indices {
      result.samples[index] = UInt8((Double(samples[index]) * factor).rounded())
    }
    return result
  }
}
