import Batch
import Foundation
import Glibc
import Media
import MediaTypes
import TestSupport
import Testing

@testable import Runtime

/// What lies beside a finished output is written by one process at a time.
struct OutputLockTests {
  let folder: TemporaryFolder
  let job: JobSpecification

  init() throws {
    folder = try TemporaryFolder()
    try folder.run("ffmpeg", ["-v", "error", "-f", "lavfi", "-i", "testsrc=s=64x64:d=1", "a.mp4"])
    let voice = JobStep(kind: "speak", options: ["audio": .text(folder.file("a.wav"))])
    var job = JobSpecification(name: "a", steps: [voice], output: folder.file("a.mp4"))
    job.makesContactSheet = true
    self.job = job
  }

  @Test func `a sheet that a killed process left unfinished goes, even where its number is taken`()
    throws
  {
    // This process's own number stands for that of one that is still ending.
    try folder.write([1], to: ".a.sheet.jpg.1.part")
    try folder.write([1], to: ".a.sheet.jpg.\(getppid()).part")
    try VideoJobExecutor().complete(job)
    #expect(folder.names == ["a.mp4", "a.sheet.jpg"])
  }

  @Test func `whoever writes beside an output keeps others waiting, and not for ever`() throws {
    let lock = try OutputLock(job.output, patienceSeconds: 0)
    try folder.write([1], to: ".a.sheet.jpg.1.part")
    let error = #expect(throws: RuntimeError.self) {
      try VideoJobExecutor(patienceSeconds: 0.05).complete(job)
    }
    #expect(error?.exitCode == .tryAgainLater)
    #expect(folder.names == [".a.sheet.jpg.1.part", "a.mp4"])
    lock.release()
    try VideoJobExecutor(patienceSeconds: 0).complete(job)
    #expect(folder.names == ["a.mp4", "a.sheet.jpg"])
  }

  @Test func `an output that is not there is named`() {
    let error = #expect(throws: RuntimeError.self) {
      try OutputLock(folder.file("b.mp4"), patienceSeconds: 0)
    }
    #expect(error?.exitCode == .missingInput && "\(error!)".contains("b.mp4"))
  }
}
