import Foundation
import MediaTypes
import TestSupport
import Testing

@testable import Runtime

struct WorkFolderTests {
  let temporary: TemporaryFolder
  var output: String { temporary.file("out.mp4") }

  init() throws { temporary = try TemporaryFolder() }

  @Test func `keeps what was finished under the same key`() throws {
    do {
      let folder = try WorkFolder(output: output, key: "a")
      try folder.write(Data([1, 2]), to: "track.json")
    }
    let again = try WorkFolder(output: output, key: "a")
    #expect(again.read("track.json") == Data([1, 2]))
  }

  @Test func `another key empties it`() throws {
    do {
      let folder = try WorkFolder(output: output, key: "a")
      try folder.write(Data([1, 2]), to: "track.json")
    }
    let again = try WorkFolder(output: output, key: "b")
    #expect(again.read("track.json") == nil)
  }

  @Test func `one run at a time`() throws {
    let folder = try WorkFolder(output: output, key: "a")
    do {
      _ = try WorkFolder(output: output, key: "a")
      Issue.record("a second run opened a locked folder")
    } catch {
      #expect((error as? RuntimeError)?.exitCode == .tryAgainLater)
    }
    folder.remove()
    #expect(temporary.names.isEmpty)
  }

  @Test func `nothing is left under a temporary name`() throws {
    let folder = try WorkFolder(output: output, key: "a")
    try folder.write(Data(repeating: 7, count: 1000), to: "part")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    #expect(names == ["key", "lock", "part"])
  }
}

struct OutputPathTests {
  let temporary: TemporaryFolder

  init() throws { temporary = try TemporaryFolder() }

  private func code(_ path: String, force: Bool = false) -> ExitCode? {
    do {
      try OutputPath.check(path, force: force)
      return nil
    } catch {
      return (error as? RuntimeError)?.exitCode
    }
  }

  @Test func `refuses what can't become a file`() throws {
    try temporary.write([1], to: "there.mp4")
    #expect(code(temporary.file("new.mp4")) == nil)
    #expect(code(temporary.file("there.mp4")) == .cannotCreateOutput)
    #expect(code(temporary.file("there.mp4"), force: true) == nil)
    #expect(code(temporary.file("none/new.mp4")) == .cannotCreateOutput)
    #expect(code(temporary.path, force: true) == .cannotCreateOutput)
  }
}
