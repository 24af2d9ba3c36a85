import Glibc

/// One stretch of zeroed memory that is returned to the system with its owner.
final class Arena: @unchecked Sendable {
  // Unchecked: the owner of the plan's lock is the only one to touch the memory.
  let base: UnsafeMutableRawPointer
  let byteCount: Int

  /// Reserves at least `byteCount` bytes, aligned to pages: huge ones from 2 MiB on, since filling and reading gigabytes
  /// of weights by pages of 4 KiB takes as long as computing with them.
  init(byteCount: Int, plan: String) throws(ComputeError) {
    let page = byteCount < Self.hugePage ? Int(sysconf(Int32(_SC_PAGESIZE))) : Self.hugePage
    self.byteCount = (max(byteCount, 1) + page - 1) / page * page
    let spare = byteCount < Self.hugePage ? 0 : Self.hugePage
    let mapped = mmap(
      nil, self.byteCount + spare, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let mapped, mapped != MAP_FAILED else {
      throw .outOfMemory(plan: plan, bytes: byteCount)
    }
    base = spare == 0 ? mapped : mapped.alignedUp(toMultipleOf: Self.hugePage)
    guard spare > 0 else { return }
    let before = base - mapped
    if before > 0 { munmap(mapped, before) }
    if before < spare { munmap(base + self.byteCount, spare - before) }
    madvise(base, self.byteCount, MADV_HUGEPAGE)
  }

  private static let hugePage = 1 << 21

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
