import Foundation
import TestSupport
import Testing

@testable import LipSync

/// Records about pictures in a file.
struct PictureRecordsTests {
  private let folder: TemporaryFolder
  private var path: String { folder.file("records") }

  init() throws { folder = try TemporaryFolder() }

  private func records(_ isWritable: Bool = true) -> PictureRecords {
    PictureRecords(path: path, isWritable: isWritable)
  }

  @Test func `what was kept is found again, also by the next run`() {
    let file = records()
    #expect(file.bytes(of: 0) == nil && file.indices.isEmpty)
    file.keep([1, 2, 3], for: 3)
    file.keep([], for: 1)
    file.keep([9], for: 3)
    for next in [records(), records(false), file] {
      #expect(next.bytes(of: 3) == [1, 2, 3] && next.bytes(of: 1) == [])
      #expect(next.bytes(of: 0) == nil && next.indices == [1, 3] && next.isWhole)
    }
  }

  @Test func `damaged and cut records are not there, and the file goes on after the whole ones`()
    throws
  {
    records().keep([UInt8](0..<100), for: 0)
    records().keep([UInt8](100..<200), for: 1)
    let whole = try Data(contentsOf: URL(filePath: path))
    for place in [whole.count - 1, whole.count - 101, whole.count - 110, whole.count - 124] {
      var damaged = whole
      damaged[place] ^= 16
      try damaged.write(to: URL(filePath: path))
      #expect(!records(false).isWhole)
      #expect(records(false).bytes(of: 0) != nil && records(false).bytes(of: 1) == nil)
    }
    for length in stride(from: 0, to: whole.count, by: 7) {
      try whole.prefix(length).write(to: URL(filePath: path))
      let file = records()
      #expect(file.bytes(of: 1) == nil)
      file.keep([5], for: 1)
      #expect(records().bytes(of: 1) == [5])
      #expect((records().bytes(of: 0) != nil) == (length >= whole.count / 2))
    }
  }

  @Test func `a file of zeros has no records`() throws {
    try Data(count: 4096).write(to: URL(filePath: path))
    #expect(records(false).indices.isEmpty && !records(false).isWhole)
  }

  @Test func `where no file can be made nothing is kept`() {
    let file = PictureRecords(path: "/nowhere/at/all")
    file.keep([1, 2], for: 0)
    #expect(file.bytes(of: 0) == nil)
    #expect(!PictureRecords(path: "/nowhere/at/all", isWritable: false).isWhole)
  }
}
