/// A tensor where it lies in a file: its bytes, and how its elements follow one another in them.
struct StoredTensor: Sendable {
  let type: ElementType
  let shape: [Int]
  private let region: ByteRegion
  private let isBigEndian: Bool
  /// The bytes of all elements, from the first one on.
  private let bytes: Range<Int>
  /// Elements from one to the next along each axis; nil where they follow one another in row-major order.
  private let strides: [Int]?

  /// A tensor in row-major order that fills `bytes`, which lie in `region`.
  init(type: ElementType, shape: [Int], region: ByteRegion, bytes: Range<Int>) {
    self.type = type
    self.shape = shape
    self.region = region
    self.bytes = bytes
    isBigEndian = false
    strides = nil
  }

  /// A tensor that looks at `storage`, bytes in `region`; `offset` and `strides` count elements.
  ///
  /// Throws if it reaches beyond the storage, or repeats a small storage very often.
  init(
    type: ElementType, shape: [Int], strides: [Int], offset: Int, region: ByteRegion,
    storage: Range<Int>, isBigEndian: Bool
  ) throws(FormatError) {
    let available = storage.count / type.byteCount
    guard strides.count == shape.count, let count = Self.product(shape), offset >= 0,
      let end = count == 0 ? 0 : Self.end(offset: offset, shape: shape, strides: strides),
      end <= available
    else { throw FormatError(reason: "reaches beyond its storage of \(available) elements") }
    guard count <= max(available, Self.maximumRepetition) else {
      throw FormatError(reason: "of shape \(shape) repeats a storage of \(available) elements")
    }
    self.type = type
    self.shape = shape
    self.region = region
    self.isBigEndian = isBigEndian
    self.strides = count == 0 || Self.isRowMajor(shape, strides) ? nil : strides
    let start = storage.lowerBound + (count == 0 ? 0 : offset * type.byteCount)
    bytes = start..<(count == 0 ? start : storage.lowerBound + end * type.byteCount)
  }

  /// Elements of a tensor that shows few numbers many times.
  private static let maximumRepetition = 1 << 22

  /// All elements as fp32 in row-major order, and how many are not finite; the type must be readable.
  ///
  /// Pages of the file are given back as soon as they are converted.
  func values() -> (values: [Float], strangeCount: Int) {
    let count = shape.reduce(1, *)
    var strangeCount = 0
    let values = [Float](unsafeUninitializedCapacity: count) { buffer, initializedCount in
      var done = 0
      while done < count {
        let piece = done..<min(done + Self.pieceCount, count)
        let target = UnsafeMutableBufferPointer(rebasing: buffer[piece])
        if let strides {
          gather(piece, strides, to: target)
        } else {
          convert(piece, to: target)
        }
        strangeCount += Int(target.reduce(UInt32(0)) { $0 &+ Self.isStrange($1) })
        done = piece.upperBound
      }
      initializedCount = count
    }
    return (values, strangeCount)
  }

  /// 1 where a number is not finite; without a branch, so that many are looked at at once.
  private static func isStrange(_ value: Float) -> UInt32 {
    value.bitPattern & 0x7F80_0000 == 0x7F80_0000 ? 1 : 0
  }

  // Small enough that the pages of a piece, even where each element is on another one, are little memory.
  private static let pieceCount = 1 << 17

  private func convert(_ piece: Range<Int>, to target: UnsafeMutableBufferPointer<Float>) {
    let size = type.byteCount
    let start = bytes.lowerBound + piece.lowerBound * size
    let range = start..<start + piece.count * size
    type.convert(
      UnsafeRawBufferPointer(rebasing: region.bytes[range]), isBigEndian: isBigEndian, to: target)
    region.release(range)
  }

  /// Collects the elements number `piece`, counted in row-major order, and converts them.
  private func gather(
    _ piece: Range<Int>, _ strides: [Int], to target: UnsafeMutableBufferPointer<Float>
  ) {
    let size = type.byteCount
    var position = [Int](repeating: 0, count: shape.count)
    var rest = piece.lowerBound
    for axis in shape.indices.reversed() {
      position[axis] = rest % shape[axis]
      rest /= shape[axis]
    }
    var element = zip(position, strides).reduce(0) { $0 + $1.0 * $1.1 }
    let collected = UnsafeMutableRawBufferPointer.allocate(
      byteCount: piece.count * size, alignment: 16)
    defer { collected.deallocate() }
    for index in 0..<piece.count {
      let source = bytes.lowerBound + element * size
      (collected.baseAddress! + index * size).copyMemory(
        from: region.bytes.baseAddress! + source, byteCount: size)
      for axis in shape.indices.reversed() {
        position[axis] += 1
        element += strides[axis]
        if position[axis] < shape[axis] { break }
        element -= shape[axis] * strides[axis]
        position[axis] = 0
      }
    }
    type.convert(UnsafeRawBufferPointer(collected), isBigEndian: isBigEndian, to: target)
    region.release(bytes)
  }

  /// nil where the product is beyond Int, or a size below zero.
  static func product(_ shape: [Int]) -> Int? {
    var product = 1
    for size in shape {
      let (next, overflow) = product.multipliedReportingOverflow(by: size)
      if overflow || size < 0 { return nil }
      product = next
    }
    return product
  }

  /// The place behind the last element of a tensor that is not empty, nil beyond Int.
  private static func end(offset: Int, shape: [Int], strides: [Int]) -> Int? {
    var last = offset
    for (size, stride) in zip(shape, strides) {
      let (distance, overflow) = (size - 1).multipliedReportingOverflow(by: stride)
      let (sum, carry) = last.addingReportingOverflow(distance)
      guard stride >= 0, !overflow, !carry else { return nil }
      last = sum
    }
    return last < .max ? last + 1 : nil
  }

  private static func isRowMajor(_ shape: [Int], _ strides: [Int]) -> Bool {
    var expected = 1
    for (size, stride) in zip(shape, strides).reversed() where size != 1 {
      if stride != expected { return false }
      expected *= size
    }
    return true
  }
}
