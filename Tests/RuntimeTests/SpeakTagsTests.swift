import Foundation
import LipSync
import Media
import MediaTypes
import Synchronization
import TestSupport
import Testing

@testable import Runtime

/// What `SpeakJob` writes into metadata, on a small picture without a face.
struct SpeakTagsTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try folder.run("ffmpeg", ["-v", "error", "-f", "lavfi", "-i", "sine=300:d=9", "say.wav"])
    try folder.run(
      "ffmpeg", ["-v", "error", "-f", "lavfi", "-i", "testsrc=s=64x48", "-frames:v", "1", "t.png"])
  }

  private func request(_ output: String) -> SpeakRequest {
    var request = SpeakRequest(audio: folder.file("say.wav"), output: folder.file(output))
    request.avatar = folder.file("t.png")
    request.provenance.commandFolder = folder.path
    request.rate = Rational(50)
    return request
  }

  private func tags(_ output: String) throws -> [String: String] {
    try probe(folder.file(output)).tags
  }

  @Test func `a job's key is kept, and a batch's paths are relative`() throws {
    var request = request("a.mp4")
    request.provenance.jobKey = "k1"
    let report = try SpeakJob(request).run()
    let tags = try tags("a.mp4")
    #expect(tags["avatar_job_key"] == "k1")
    #expect(tags["avatar_version"] == Version.current)
    let command = try #require(tags["avatar_command"])
    #expect(
      command.hasPrefix("avatar speak --audio say.wav --avatar ./t.png --model mini --fps 50 "))
    let label = try #require(tags["AIGC"].flatMap(AIGCLabel.init(metadata:)))
    #expect(label == AIGCLabel(producer: "avatar", contentID: report.contentID))
  }

  @Test func `the content's number follows the content alone`() throws {
    let first = try SpeakJob(request("a.mp4")).run()
    var other = request("b.mp4")
    other.provenance.producer = "studio"
    other.provenance.recordsCommand = false
    #expect(try SpeakJob(other).run().contentID == first.contentID)
    #expect(try tags("b.mp4")["avatar_command"] == nil)
    #expect(try !tags("b.mp4").values.contains { $0.contains("say.wav") || $0.contains("t.png") })
    var coarser = request("c.mp4")
    coarser.crf = 30
    #expect(try SpeakJob(coarser).run().contentID != first.contentID)
    var named = request("d.mp4")
    named.provenance.contentID = "n 1"
    #expect(try SpeakJob(named).run().contentID == "n 1")
  }

  @Test func `a run that was stopped and went on has the same bytes, labels and all`() throws {
    _ = try SpeakJob(request("a.mp4")).run()
    var stopped = request("b.mp4")
    stopped.keepsUnfinishedWork = true
    let cancellation = Cancellation()
    #expect(throws: CancelledError.self) {
      try SpeakJob(stopped, cancellation: cancellation).run { event in
        if case .segment = event { cancellation.cancelAfterSegment() }
      }
    }
    #expect(!folder.names.contains("b.mp4"))
    let made = Mutex(0)
    _ = try SpeakJob(stopped).run { event in
      if case .segment = event { made.withLock { $0 += 1 } }
    }
    let whole = try Data(contentsOf: URL(fileURLWithPath: folder.file("a.mp4")))
    #expect(try Data(contentsOf: URL(fileURLWithPath: folder.file("b.mp4"))) == whole)
    #expect(made.withLock { $0 } > 0)
  }
}
