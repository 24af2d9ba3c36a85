import CKernels
public import MediaTypes

extension Frame {
  /// This picture with a painted mouth composed over it, at the picture's own resolution.
  ///
  /// out(p) = (1 - m) source(p + flow) + m inner, flow and mask weighed by `EffectWindow` and
  /// `strength` (0 leaves the source, 1 is the whole effect). `cropToImage` maps the painter's crop
  /// (256 pixels wide) to picture pixels. Bytes where the window is zero, and bytes where flow and mask
  /// are, stay what they are; the rest is sampled with Catmull-Rom filters in YUV.
  /// - Throws: `ImagingError.notFinite` when the painter's values are not numbers.
  public func composing(
    _ mouth: PaintedMouth, cropToImage: Similarity, strength: Float = 1
  ) throws(ImagingError) -> Frame {
    precondition(cropToImage.isInvertible, "a degenerate crop")
    try mouth.requireFinite()
    guard strength > 0 else { return self }
    let layers = MouthLayers(mouth, color: color, scale: cropToImage.scale)
    var result = self
    let (first, second) = chromaPlanes
    for planes in [[lumaPlane], [first, second]] {
      samples.withUnsafeBufferPointer { source in
        result.samples.withUnsafeMutableBufferPointer { out in
          layers.compose(
            planes, source: source, out: out, cropToImage: cropToImage,
            strength: min(strength, 1), channel: planes.count == 1 ? 1 : 2)
        }
      }
    }
    return result
  }
}

extension PaintedMouth {
  fileprivate func requireFinite() throws(ImagingError) {
    for (what, values) in [("flow", flow), ("mask", mask), ("inner picture", inner)] {
      guard CKernelsImaging_all_finite(values, Int32(values.count)) != 0 else {
        throw .notFinite(what: what)
      }
    }
  }
}

/// A painted mouth in the kernels' form: interleaved, and no finer than the picture can show.
private struct MouthLayers {
  let texels: [Float]
  let texelSize: Int
  let flow: [Float]
  let flowSize: Int
  /// Left, right, top and bottom, in crop units.
  let bounds: [Float]

  init(_ mouth: PaintedMouth, color: ColorDescription, scale: Double) {
    let size = PaintedMouth.size
    let packed = [Float](unsafeUninitializedCapacity: size * size * 4) { buffer, initialized in
      CKernelsImaging_pack_texels(
        mouth.mask, mouth.inner, Int32(size * size), color.kernelColor, buffer.baseAddress)
      initialized = size * size * 4
    }
    let cells = PaintedMouth.flowSize * PaintedMouth.flowSize
    let pairs = [Float](unsafeUninitializedCapacity: 2 * cells) { buffer, initialized in
      CKernelsImaging_interleave(mouth.flow, Int32(cells), buffer.baseAddress)
      initialized = 2 * cells
    }
    let pixels = max(8, Int((Double(size) * scale).rounded(.up)))
    (texels, texelSize) = Self.shrunk(packed, size: size, channels: 4, to: pixels)
    (flow, flowSize) = Self.shrunk(
      pairs, size: PaintedMouth.flowSize, channels: 2, to: pixels)
    bounds = [Float](unsafeUninitializedCapacity: 4) { [texels, texelSize] buffer, initialized in
      CKernelsImaging_texel_bounds(texels, Int32(texelSize), buffer.baseAddress)
      initialized = 4
    }
  }

  private static func shrunk(
    _ values: [Float], size: Int, channels: Int, to limit: Int
  ) -> ([Float], Int) {
    guard limit < size else { return (values, size) }
    var scratch = [Float](repeating: 0, count: size * limit * channels)
    var result = [Float](repeating: 0, count: limit * limit * channels)
    CKernelsImaging_shrink_texels(
      values, Int32(size), Int32(channels), &scratch, &result, Int32(limit))
    return (result, limit)
  }

  func compose(
    _ planes: [Plane], source: UnsafeBufferPointer<UInt8>, out: UnsafeMutableBufferPointer<UInt8>,
    cropToImage: Similarity, strength: Float, channel: Int
  ) {
    guard let from = source.baseAddress, let to = out.baseAddress else { return }
    let (plane, other) = (planes[0], planes[planes.count - 1])
    let unitToPlane = EffectWindow.unit(PaintedMouth.size).inverse
      .followed(by: cropToImage).followed(by: plane.fromLuma)
    let toUnit = unitToPlane.inverse
    let (columns, rows) = EffectWindow.bounds(
      of: toUnit, width: plane.width, height: plane.height)
    texels.withUnsafeBufferPointer { texels in
      flow.withUnsafeBufferPointer { flow in
        var composition = CKernelsImaging_composition(
          source: (from + plane.range.lowerBound, from + other.range.lowerBound),
          out: (to + plane.range.lowerBound, to + other.range.lowerBound),
          channel: (Int32(channel), Int32(channel + 1)), planes: Int32(planes.count),
          width: Int32(plane.width), height: Int32(plane.height), toCrop: toUnit.kernel,
          flowA: Float(unitToPlane.a), flowB: Float(unitToPlane.b), flow: flow.baseAddress,
          flowSize: Int32(flowSize), texels: texels.baseAddress, texelSize: Int32(texelSize),
          left: bounds[0], right: bounds[1], top: bounds[2], bottom: bounds[3], strength: strength)
        CKernelsImaging_compose(
          &composition, Int32(columns.lowerBound), Int32(columns.upperBound),
          Int32(rows.lowerBound), Int32(rows.upperBound))
      }
    }
  }
}
