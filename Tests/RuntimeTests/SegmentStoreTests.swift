import Digests
import Foundation
import TestSupport
import Testing

@testable import Runtime

struct SegmentStoreTests {
  let temporary: TemporaryFolder
  let store: SegmentStore

  init() throws {
    temporary = try TemporaryFolder()
    store = SegmentStore(work: try WorkFolder(output: temporary.file("out.mp4"), key: "a"))
  }

  private func finish(_ index: Int, _ text: String) throws -> SegmentStore.Segment {
    try Data(text.utf8).write(to: URL(fileURLWithPath: store.unfinishedPath(index)))
    return try store.finish(index)
  }

  private var names: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: store.work.path).sorted() }
  }

  @Test func `a finished segment is found again with its digest`() throws {
    let segment = try finish(3, "abc")
    #expect(segment.sha256 == SHA256.digest(of: "abc"))
    #expect(segment.byteCount == 3)
    let found = try store.intactSegments()
    #expect(found.segments == [3: segment] && found.damaged == 0)
    #expect(try String(contentsOfFile: store.path(segment), encoding: .utf8) == "abc")
  }

  @Test func `a damaged segment is removed and counted, the others stay`() throws {
    let (first, second) = (try finish(0, "first"), try finish(1, "second"))
    try Data("f1rst".utf8).write(to: URL(fileURLWithPath: store.path(first)))
    let found = try store.intactSegments()
    #expect(found.segments == [1: second] && found.damaged == 1)
    #expect(try names == ["key", "lock", name(store.path(second))])
  }

  @Test func `a segment that was not finished is removed`() throws {
    try Data("half".utf8).write(to: URL(fileURLWithPath: store.unfinishedPath(100_000)))
    let found = try store.intactSegments()
    #expect(found.segments.isEmpty && found.damaged == 0)
    #expect(try names == ["key", "lock"])
  }

  private func name(_ path: String) -> String {
    String(path.split(separator: "/").last!)
  }
}
