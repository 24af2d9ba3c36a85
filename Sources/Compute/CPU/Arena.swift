import Glibc

/// One stretch of zeroed memory that is returned to the system with its owner.
final class Arena: @unchecked Sendable {
  // Unchecked: the owner of the plan's lock is the only one to touch the memory.
  let base: UnsafeMutableRawPointer
  let byteCount: Int

  /// Reserves at least `byteCount` bytes, aligned to pages.
  init(byteCount: Int, plan: String) throws(ComputeError) {
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    self.byteCount = (max(byteCount, 1) + page - 1) / page * page
    let base = mmap(
      nil, self.byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let base, base != MAP_FAILED else {
      throw .outOfMemory(plan: plan, bytes: byteCount)
    }
    self.base = base
  }

  deinit { munmap(base, byteCount) }

  /// Allows or forbids every access to the memory.
  func setAccessible(_ isAccessible: Bool) {
    let status = mprotect(base, byteCount, isAccessible ? PROT_READ | PROT_WRITE : PROT_NONE)
    precondition(status == 0, "mprotect of an own mapping succeeds")
  }
}

/// Places buffers with known lifetimes in one arena, so that those that never live together overlap.
struct ArenaLayout {
  struct Buffer {
    var byteCount: Int
    /// Positions in the program, both inclusive.
    var firstUse: Int
    var lastUse: Int
  }

  private(set) var offsets: [Int]
  private(set) var byteCount = 0

  /// Largest buffers first, each at the lowest place that is free during its life.
  init(_ buffers: [Buffer]) {
    offsets = Array(repeating: 0, count: buffers.count)
    var placed: [Int] = []
    let order = buffers.indices.sorted {
      (buffers[$1].byteCount, $0) < (buffers[$0].byteCount, $1)
    }
    for index in order {
      let buffer = buffers[index]
      let neighbors = placed.filter {
        buffers[$0].firstUse <= buffer.lastUse && buffer.firstUse <= buffers[$0].lastUse
      }.sorted { offsets[$0] < offsets[$1] }
      var offset = 0
      for neighbor in neighbors {
        if offset + buffer.byteCount <= offsets[neighbor] { break }
        offset = max(offset, offsets[neighbor] + Self.aligned(buffers[neighbor].byteCount))
      }
      offsets[index] = offset
      placed.append(index)
      byteCount = max(byteCount, offset + Self.aligned(buffer.byteCount))
    }
  }

  private static func aligned(_ byteCount: Int) -> Int { (byteCount + 63) / 64 * 64 }
}
