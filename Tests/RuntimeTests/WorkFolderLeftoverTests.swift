import Foundation
import Glibc
import TestSupport
import Testing

@testable import Runtime

/// What killed runs leave beside an output, and who may remove it.
struct WorkFolderLeftoverTests {
  let temporary: TemporaryFolder
  var output: String { temporary.file("out.mp4") }

  init() throws { temporary = try TemporaryFolder() }

  @Test
  func `unfinished outputs of killed runs go, even where their process number is taken again`()
    throws
  {
    // This process's own number stands for any that lives.
    try temporary.write([1], to: ".out.mp4.\(getpid()).part")
    try temporary.write([1], to: ".other.mp4.\(getpid()).part")
    try temporary.write([1], to: ".out.mp4.notes.part")
    let folder = try WorkFolder(output: output, key: "a")
    folder.remove()
    #expect(temporary.names == [".other.mp4.\(getpid()).part", ".out.mp4.notes.part"])
  }

  @Test func `discarding removes folder and unfinished output, but not under a run's hands`() throws
  {
    var folder: WorkFolder? = try WorkFolder(output: output, key: "a")
    try temporary.write([1], to: ".out.mp4.1.part")
    WorkFolder.discard(output: output, patienceSeconds: 0.05)
    #expect(temporary.names == [".out.mp4.1.part", ".out.mp4.avatar-work"])
    #expect(folder?.contains("key") == true)
    folder = nil
    WorkFolder.discard(output: output)
    #expect(temporary.names.isEmpty)
  }

  @Test func `an unfinished output goes where the folder is gone already`() throws {
    try temporary.write([1], to: ".out.mp4.1.part")
    WorkFolder.discard(output: output)
    #expect(temporary.names.isEmpty)
  }

  @Test func `runs that take turns never hold one folder twice`() async throws {
    let output = output
    let held = await withTaskGroup(of: Int.self) { group in
      for _ in 0..<4 {
        group.addTask {
          var held = 0
          while held < 25 {
            guard let folder = try? WorkFolder(output: output, key: "a") else { continue }
            // Exclusive creation fails where another holds the folder too.
            let mark = open(folder.file("mark"), O_CREAT | O_EXCL | O_WRONLY, 0o600)
            guard mark >= 0 else { return -1000 }
            close(mark)
            held += 1
            folder.remove()
          }
          return held
        }
      }
      return await group.reduce(0, +)
    }
    #expect(held == 100)
    #expect(temporary.names.isEmpty)
  }
}
