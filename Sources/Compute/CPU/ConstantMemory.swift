/// Memory for packed weights and other constants, filled while a plan is compiled.
final class ConstantMemory: @unchecked Sendable {
  // Unchecked: filled by one thread, then only read, under the plan's lock.
  // Each chunk is twice as large as the one before, so that large plans get huge pages and small ones waste little.
  private var chunkByteCount = 1 << 20
  private static let largestChunkByteCount = 1 << 26
  private(set) var chunks: [Arena] = []
  private var used = 0
  private let plan: String

  init(plan: String) { self.plan = plan }

  /// Zeroed memory for `count` elements, aligned to 64 bytes.
  func allocate<Element: BitwiseCopyable>(
    _ type: Element.Type, _ count: Int
  ) throws(ComputeError) -> UnsafeMutablePointer<Element> {
    let byteCount = (count * MemoryLayout<Element>.stride + 63) / 64 * 64
    if chunks.isEmpty || used + byteCount > chunks[chunks.count - 1].byteCount {
      chunks.append(
        try Arena(byteCount: max(byteCount, chunkByteCount), plan: plan))
      chunkByteCount = min(2 * chunkByteCount, Self.largestChunkByteCount)
      used = 0
    }
    let start = chunks[chunks.count - 1].base + used
    used += byteCount
    return start.bindMemory(to: type, capacity: count)
  }

  /// A copy of `elements`.
  func store<Element: BitwiseCopyable>(
    _ elements: [Element]
  ) throws(ComputeError) -> UnsafeMutablePointer<Element> {
    let pointer = try allocate(Element.self, elements.count)
    pointer.update(from: elements, count: elements.count)
    return pointer
  }
}
