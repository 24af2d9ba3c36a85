import Batch
import Foundation
import TestSupport
import Testing

/// Batches on disks that are full, read-only, or lose the ledger.
@Suite(.serialized, .enabled(if: CommandRun.binary != nil, "needs a built avatar"))
struct BatchDiskTests {
  /// What a script printed as `word: value`, without the runs' sums.
  private func results(_ run: CommandRun) -> [String] {
    run.standardOutput.split(separator: "\n").filter { $0.contains(": ") }.map(String.init)
  }

  private static let needsMounts: Comment = "needs the right to mount file systems (unshare -m)"

  @Test(.enabled(if: BatchWorkshop.mayMount, needsMounts))
  func `a full disk ends the run or the job with a clear error, and the rest is done later`() throws
  {
    let workshop = try BatchWorkshop(
      [("a", 2), ("b", 40)], defaults: #""retries": {"limit": 0}"#)
    // Room for the first output; the second is larger than what is left.
    let run = try workshop.runMounted(
      """
      mkdir out && mount -t tmpfs -o size=300k tmpfs out || exit 99
      $AVATAR --min-free 1G; echo "room: $?"
      $AVATAR --min-free 0; echo "full: $?"; find out -type f -printf 'left: %P\\n'
      mount -o remount,size=100m out && $AVATAR --retry-failed --min-free 0; echo "again: $?"
      mkdir kept && cp out/* kept
      """)
    let lines = results(run)
    #expect(lines.first == "room: 74")
    #expect(lines.contains("full: 1"))
    #expect(run.standardError.contains("disk full"))
    #expect(!lines.contains("left: b.mp4"))
    #expect(lines.last == "again: 0", "\(run.standardError)")
    let undisturbed = try workshop.undisturbed()
    for name in ["a.mp4", "b.mp4"] {
      #expect(
        FileManager.default.contents(atPath: workshop.folder.file("kept/\(name)"))
          == undisturbed[name])
    }
  }

  @Test(.enabled(if: BatchWorkshop.mayMount, needsMounts))
  func `a full disk keeps its own jobs waiting, and those of other disks are done`() throws {
    let workshop = try BatchWorkshop([("a", 1), ("b", 1), ("c", 1), ("d", 1)])
    let run = try workshop.runMounted(
      """
      sed -i 's#out/\\([bc]\\).mp4#out/small/\\1.mp4#' batch.json
      mkdir -p out/small && mount -t tmpfs -o size=300k tmpfs out/small || exit 99
      $AVATAR; echo "status: $?"; ls out/small
      """)
    #expect(results(run) == ["status: 74"])
    #expect(workshop.has("a.mp4") && workshop.has("d.mp4"))
    #expect(try workshop.counts == [.succeeded: 2, .queued: 2])
    #expect(run.standardError.split(separator: "--min-free").count == 2, "\(run.standardError)")
    #expect(run.standardOutput.contains("2 wait for room in "))
  }

  @Test(.enabled(if: BatchWorkshop.mayMount, needsMounts))
  func `a disk that is full under the ledger ends the run, and loses nothing`() throws {
    let workshop = try BatchWorkshop((0..<8).map { ("\($0)", 1) })
    let run = try workshop.runMounted(
      """
      mkdir state && mount -t tmpfs -o size=400k tmpfs state || exit 99
      for size in 395 300 250 200 170; do
        rm -f state/filler; dd if=/dev/zero of=state/filler bs=1k count=$size 2>/dev/null
        $AVATAR; echo "full: $?"
      done
      rm -f state/filler; mount -o remount,size=10m state; $AVATAR; echo "again: $?"
      cp state/ledger.sqlite kept.sqlite
      """)
    let lines = results(run)
    #expect(lines.contains("full: 74"), "\(run.standardError)")
    #expect(lines.allSatisfy { ["full: 74", "full: 73", "full: 0", "again: 0"].contains($0) })
    #expect(lines.last == "again: 0", "\(run.standardError)")
    #expect(run.standardError.contains("the disk is full"))
    let reader = try LedgerReader(LedgerFiles(ledger: workshop.folder.file("kept.sqlite")))
    #expect(try reader.status().counts == [.succeeded: 8])
    #expect(try workshop.outputs == workshop.undisturbed())
  }

  @Test(.enabled(if: BatchWorkshop.mayMount, needsMounts))
  func `a folder that can't be written fails its jobs alone`() throws {
    let workshop = try BatchWorkshop([("a", 1)])
    let run = try workshop.runMounted(
      """
      mkdir out && mount -t tmpfs -o ro tmpfs out || exit 99
      $AVATAR; echo "status: $?"
      """)
    #expect(results(run) == ["status: 1"])
    #expect(
      run.standardError.contains("its folder can't be written: set another output in the manifest"))
    #expect(try workshop.attempts("a").count == 1)
  }

  @Test
  func `a ledger that is removed under a runner ends it, and finished outputs are known again`()
    throws
  {
    let workshop = try BatchWorkshop([("a", 2), ("b", 40)])
    let run = try workshop.start()
    #expect(run.waits { workshop.has("a.mp4") && workshop.hasSegment("b") })
    try FileManager.default.removeItem(atPath: workshop.folder.file(BatchWorkshop.ledger))
    #expect(run.wait() == 74)
    #expect(run.standardError.contains("avatar batch adopt"))
    let first = try FileManager.default.attributesOfItem(atPath: workshop.folder.file("out/a.mp4"))
    #expect(try workshop.run().status == 0)
    let second = try FileManager.default.attributesOfItem(atPath: workshop.folder.file("out/a.mp4"))
    #expect(first[.systemFileNumber] as? Int == second[.systemFileNumber] as? Int)
    #expect(try workshop.outputs == workshop.undisturbed())
  }

  @Test func `a damaged ledger is named and left as it is; an output of someone else is kept`()
    throws
  {
    let workshop = try BatchWorkshop([("a", 1)])
    #expect(try workshop.run().status == 0)
    let path = workshop.folder.file(BatchWorkshop.ledger)
    var bytes = try #require(FileManager.default.contents(atPath: path))
    bytes.replaceSubrange(4096..<20_000, with: Data(repeating: 0x5a, count: 20_000 - 4096))
    try bytes.write(to: URL(fileURLWithPath: path))
    let run = try workshop.run()
    #expect(run.status == 65)
    #expect(run.standardError.contains("the ledger is damaged"))
    #expect(run.standardError.contains("avatar batch adopt"))
    #expect(FileManager.default.contents(atPath: path) == bytes)

    try FileManager.default.removeItem(atPath: path)
    try workshop.folder.write(Array("mine".utf8), to: "out/a.mp4")
    let foreign = try workshop.run()
    #expect(foreign.status == 1)
    #expect(foreign.standardError.contains("is there and was not made by this batch"))
    #expect(workshop.outputs["a.mp4"] == Data("mine".utf8))
  }
}
