import Compute
import Face
import Foundation
import LipSync
import MediaTypes
import ModelStore
import TestSupport
import Testing

@testable import Runtime

/// What MuseTalk's network is told of a sound, on random weights: `--gate` and `--strength`.
struct MuseTalkListeningTests {
  private let folder: TemporaryFolder
  private let resources: SpeakResources

  init() throws {
    folder = try TemporaryFolder()
    resources = SpeakResources(preparedAvatars: PreparedCache(folder: folder.file("cache")))
    // A tone is no voice.
    try folder.run("ffmpeg", ["-v", "error", "-f", "lavfi", "-i", "sine=300:d=2", "tone.wav"])
    try folder.run(
      "ffmpeg", ["-v", "error", "-f", "lavfi", "-i", "anullsrc=r=44100:d=2", "-t", "2", "none.wav"])
  }

  private func tokens(
    _ sound: String, _ change: (inout SpeakRequest) -> Void
  ) throws -> [[Float]] {
    var request = SpeakRequest(audio: folder.file(sound), output: folder.file("no.mp4"))
    request.model = MuseTalkNetworkTests.folder
    request.threads = 2
    change(&request)
    let context = SpeakContext(
      request: request, resources: resources, threads: 2, cancellation: Cancellation())
    let model = try MuseTalkModel(try ModelStore.locate(request.model), autoencoder: nil)
    let preparation = try ClipPreparation(
      request, source: SpeakSource(request), model: model, precision: .fp32,
      cache: resources.preparedAvatars(), { _ in })
    let pipeline = MuseTalkPipeline(model: model, context: context, preparation: preparation)
    let window = try pipeline.listen { _ in }.speech(Rational(25), 50)
    return try [0, 10, 30, 49].map(window)
  }

  @Test func `the gate turns what is no voice into silence, and only where it is asked for`() throws
  {
    let (open, silence) = (
      try tokens("tone.wav") { $0.gate = .off }, try tokens("none.wav") { $0.gate = .off }
    )
    #expect(open != silence)
    #expect(try tokens("tone.wav") { _ in } == silence)
    let upstream = try tokens("tone.wav") { $0.museTalk.compatibility = .upstream }
    let upstreamOpen = try tokens("tone.wav") {
      $0.museTalk.compatibility = .upstream
      $0.gate = .off
    }
    #expect(upstream == upstreamOpen, "upstream knows no gate")
  }

  @Test func `strength goes from silence to the sound and beyond`() throws {
    func tokens(_ strength: Double) throws -> [[Float]] {
      try self.tokens("tone.wav") {
        $0.gate = .off
        $0.strength = strength
      }
    }
    let (heard, silence) = (try tokens(1), try self.tokens("none.wav") { $0.gate = .off })
    #expect(try tokens(0) == silence)
    for strength in [0.5, 2] {
      for ((some, all), none) in zip(zip(try tokens(strength), heard), silence) {
        let misses = zip(zip(some, all), none).map {
          abs($0.0 - ($1 + ($0.1 - $1) * Float(strength)))
        }
        #expect(misses.max()! < 1e-5)
      }
    }
  }
}
