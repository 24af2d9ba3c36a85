import COpenBLAS

extension Reference {
  /// Makes OpenBLAS use one thread: its own pool would compete with ours.
  private static let singleThread: Void = openblas_set_num_threads(1)

  /// c [m, n] += a [m, k] b, b [k, n] or, transposed, [n, k]; `columns` is the distance of c's rows.
  private static func multiply(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ c: UnsafeMutablePointer<Float>,
    m: Int, n: Int, k: Int, transposed: Bool, columns: Int
  ) {
    _ = singleThread
    cblas_sgemm(
      CblasRowMajor, CblasNoTrans, transposed ? CblasTrans : CblasNoTrans, Int32(m), Int32(n),
      Int32(k), 1, a, Int32(k), b, Int32(transposed ? k : n), 1, c, Int32(columns))
  }

  static func linear(
    _ x: HostTensor, _ weight: HostTensor, bias: HostTensor?, shape: [Int]
  ) -> HostTensor {
    let (outputs, inputs) = (weight.shape[0], weight.shape[1])
    var result = generate(shape) { bias?.values[$0 % outputs] ?? 0 }
    result.values.withUnsafeMutableBufferPointer { y in
      multiply(
        x.values, weight.values, y.baseAddress!, m: x.values.count / inputs, n: outputs, k: inputs,
        transposed: true, columns: outputs)
    }
    return result
  }

  static func matmul(
    _ a: HostTensor, _ b: HostTensor, transposed: Bool, shape: [Int]
  ) -> HostTensor {
    let (m, n, k) = (shape[shape.count - 2], shape.last!, a.shape.last!)
    var result = HostTensor(shape: shape)
    result.values.withUnsafeMutableBufferPointer { y in
      a.values.withUnsafeBufferPointer { a in
        b.values.withUnsafeBufferPointer { b in
          for batch in 0..<(y.count / (m * n)) {
            multiply(
              a.baseAddress! + batch * m * k, b.baseAddress! + batch * k * n,
              y.baseAddress! + batch * m * n, m: m, n: n, k: k, transposed: transposed, columns: n)
          }
        }
      }
    }
    return result
  }

  static func convolution(
    _ x: HostTensor, _ weight: HostTensor, bias: HostTensor?, _ geometry: ConvolutionGeometry,
    shape: [Int]
  ) -> HostTensor {
    let (pixels, outputsPerGroup) = (shape[2] * shape[3], shape[1] / geometry.groups)
    let depth = weight.shape.dropFirst().reduce(1, *)
    // Rows of the result at a time, so that the unfolded picture stays small.
    let rowsAtOnce = max(1, 4_000_000 / (depth * shape[3]))
    var result = generate(shape) { bias?.values[$0 / pixels % shape[1]] ?? 0 }
    result.values.withUnsafeMutableBufferPointer { y in
      for image in 0..<(shape[0] * geometry.groups) {
        let group = image % geometry.groups
        let filters = Array(weight.values[(group * outputsPerGroup * depth)...])
        for row in stride(from: 0, to: shape[2], by: rowsAtOnce) {
          let rows = row..<min(row + rowsAtOnce, shape[2])
          let unfolded = unfold(
            x, image: image, kernel: weight.shape, geometry, rows: rows, width: shape[3])
          multiply(
            filters, unfolded,
            y.baseAddress! + image * outputsPerGroup * pixels + row * shape[3],
            m: outputsPerGroup, n: rows.count * shape[3], k: depth, transposed: false,
            columns: pixels)
        }
      }
    }
    return result
  }

  /// The input element that meets each weight of a filter, for some rows of the result.
  ///
  /// [C / groups * KH * KW, rows * width]; `image` counts groups of channels over the whole batch.
  private static func unfold(
    _ x: HostTensor, image: Int, kernel: [Int], _ geometry: ConvolutionGeometry,
    rows: Range<Int>, width: Int
  ) -> [Float] {
    let (height, inputWidth) = (x.shape[2], x.shape[3])
    var unfolded: [Float] = []
    unfolded.reserveCapacity(kernel.dropFirst().reduce(rows.count * width, *))
    for channel in 0..<kernel[1] {
      let plane = (image * kernel[1] + channel) * height * inputWidth
      for ky in 0..<kernel[2] {
        for kx in 0..<kernel[3] {
          for row in rows {
            let y = row * geometry.stride + ky * geometry.dilation - geometry.padding.top
            for column in 0..<width {
              let x0 = column * geometry.stride + kx * geometry.dilation - geometry.padding.left
              let inside = y >= 0 && y < height && x0 >= 0 && x0 < inputWidth
              unfolded.append(inside ? x.values[plane + y * inputWidth + x0] : 0)
            }
          }
        }
      }
    }
    return unfolded
  }

  static func attention(
    _ query: HostTensor, _ key: HostTensor, _ value: HostTensor, heads: Int, scale: Float,
    shape: [Int]
  ) -> HostTensor {
    let (length, width, span) = (shape[1], query.shape[2], key.shape[1])
    let (size, valueSize) = (width / heads, shape[2] / heads)
    var result = HostTensor(shape: shape)
    for row in 0..<(shape[0] * length) {
      let batch = row / length
      for head in 0..<heads {
        let scores = (0..<span).map { position in
          (0..<size).reduce(Float(0)) { sum, i in
            sum + query.values[row * width + head * size + i]
              * key.values[(batch * span + position) * width + head * size + i]
          } * scale
        }
        let weights = softmax(HostTensor(shape: [span], values: scores), axis: 0).values
        for i in 0..<valueSize {
          result.values[row * shape[2] + head * valueSize + i] =
            (0..<span).reduce(Float(0)) { sum, position in
              sum + weights[position]
                * value.values[(batch * span + position) * shape[2] + head * valueSize + i]
            }
        }
      }
    }
    return result
  }
}
