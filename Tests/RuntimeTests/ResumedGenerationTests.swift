import Compute
import Diffusion
import Foundation
import LipSync
import Media
import MediaTypes
import Synchronization
import TestSupport
import Testing
import Weights

@testable import Runtime

/// Runs that stop half-way and go on.
@Suite struct ResumedGenerationTests {
  private struct Stopped: Error {}
  private let tiny: TinyMuseV
  init() throws { tiny = try TinyMuseV() }

  /// What a network answers where it isn't the point what.
  private func answer(_ request: DenoisingRequest) -> [Float] {
    request.latents.enumerated().map { sin($1 * 3 + Float($0 % 7)) + Float(request.timestep) / 999 }
  }

  @Test(arguments: Sampler.allCases)
  func `any sampler goes on as if nothing had happened`(sampler: Sampler) throws {
    let folder = try TemporaryFolder()
    let work = try WorkFolder(output: folder.file("a.mp4"), key: "a key")
    let scheduler = sampler.scheduler(SchedulerConfiguration(), steps: 6)
    func run(store: DenoisingStore?, stopsAfter last: Int? = nil) throws -> (LatentVideo, Int) {
      var numbers = ProcessorNormals(seed: 8)
      let start = VideoNoise.standard.draw(
        frames: 5, channels: 4, height: 2, width: 3, from: &numbers)
      var asked = Set<Int>()
      let result = try WatchedDenoising(
        denoising: ParallelDenoising(
          windows: DenoisingWindows(frames: 5, length: 3, overlap: 1), guidance: Guidance(2)),
        store: store
      ).run(
        start, scheduler: scheduler, noise: { numbers.normals(start.values.count) },
        finishedStep: { if $0 == last { throw Stopped() } }
      ) { request in
        asked.insert(request.step)
        return answer(request)
      }
      return (result, asked.count)
    }
    let whole = try run(store: nil).0
    let store = DenoisingStore(work: work, name: "video")
    for last in [0, 2, 4] {
      #expect(throws: Stopped.self) { try run(store: store, stopsAfter: last) }
    }
    let (resumed, steps) = try run(store: store)
    #expect(resumed == whole && steps == 1)
    #expect(try run(store: store).1 == 0)
  }

  @Test func `a state that does not fit is not used`() throws {
    let folder = try TemporaryFolder()
    let work = try WorkFolder(output: folder.file("a.mp4"), key: "a key")
    let store = DenoisingStore(work: work, name: "video")
    let video = LatentVideo(
      channels: 4, height: 2, width: 2, values: Array(repeating: 1, count: 48))
    try store.save(.init(latents: video, step: 2, memory: [1, 2], draws: 1))
    let kept = try #require(store.load(like: video, steps: 3))
    #expect(kept.latents == video && kept.step == 2 && kept.memory == [1, 2] && kept.draws == 1)
    #expect(store.load(like: video, steps: 1) == nil)
    let longer = LatentVideo(
      channels: 4, height: 2, width: 2, values: Array(repeating: 1, count: 64))
    #expect(store.load(like: longer, steps: 3) == nil)
    #expect(DenoisingStore(work: work, name: "picture").load(like: video, steps: 3) == nil)
    try Data("no tensors".utf8).write(
      to: URL(fileURLWithPath: work.file("video.steps.safetensors")))
    #expect(store.load(like: video, steps: 3) == nil)
  }

  @Test func `a frame's latents take less than 200 KB at 512 x 512`() throws {
    let folder = try TemporaryFolder()
    let work = try WorkFolder(output: folder.file("a.mp4"), key: "a key")
    let frames = 10
    let video = LatentVideo(
      channels: 4, height: 64, width: 64,
      values: Array(repeating: 0.5, count: frames * 4 * 64 * 64))
    // What DPM-Solver remembers is as large as the latents; other samplers remember nothing.
    try DenoisingStore(work: work, name: "video").save(
      .init(latents: video, step: 1, memory: video.values, draws: 0))
    let file = work.file("video.steps.safetensors")
    let size = try FileManager.default.attributesOfItem(atPath: file)[.size] as? Int ?? 0
    #expect(size > 0 && size / frames < 200_000, "\(size / frames)")
  }

  /// Runs until `steps` steps of denoising are done, as a killed run does: what it has finished stays.
  private func stop(_ request: GenerateRequest, after steps: Int) throws {
    let cancellation = Cancellation()
    let isDenoising = Mutex(false)
    var kept = request
    kept.keepsUnfinishedWork = true
    #expect(throws: CancelledError.self) {
      try GenerateJob(kept, cancellation: cancellation).run { event in
        switch event {
        case .stage(let name, _, _): isDenoising.withLock { $0 = name.hasPrefix("denoising") }
        case .step(let done) where done >= steps && isDenoising.withLock { $0 }:
          cancellation.cancel()
        default: break
        }
      }
    }
  }

  @Test func `videos and pictures go on to the same bytes, and other requests begin anew`() throws {
    var video = tiny.request()
    (video.steps, video.sampler, video.museV.pictureSteps) = (6, .dpmPlusPlus2MSDE, 4)
    (video.museV.window, video.museV.overlap, video.length) = (3, 1, .frames(6))
    // With a picture given, only the video is denoised.
    var pictured = video
    pictured.output = tiny.folder.file("b.mp4")
    pictured.image = try tiny.picture(width: 32, height: 32)
    var still = tiny.request("a.png")
    (still.model, still.length, still.steps) = (nil, nil, 6)
    still.base = Golden.path("stable-diffusion", in: .module)
    let files = FileManager.default
    for request in [video, pictured, still] {
      _ = try GenerateJob(request).run()
      let whole = try #require(files.contents(atPath: request.output))
      try files.removeItem(atPath: request.output)
      try stop(request, after: 3)
      let folder = WorkFolder.path(output: request.output)
      #expect(files.fileExists(atPath: folder) && !files.fileExists(atPath: request.output))

      var other = request
      other.seed = 1
      other.output = request.output
      try stop(request, after: 3)
      _ = try GenerateJob(other).run()
      #expect(files.contents(atPath: request.output) != whole)
      try files.removeItem(atPath: request.output)

      try stop(request, after: 3)
      let first = Mutex<Int?>(nil)
      _ = try GenerateJob(request).run { event in
        if case .step(let done) = event { first.withLock { $0 = $0 ?? done } }
      }
      #expect((first.withLock { $0 } ?? 0) > 1)
      #expect(files.contents(atPath: request.output) == whole)
      #expect(!files.fileExists(atPath: folder))
    }
  }

  @Test func `what decides the bytes decides the key`() throws {
    let request = tiny.request()
    let key = try request.key()
    var neutral = request
    (neutral.threads, neutral.replacesOutput, neutral.preview) = (7, true, "a.png")
    #expect(try neutral.key() == key)
    let changes: [(inout GenerateRequest) -> Void] = [
      { $0.seed = 1 }, { $0.prompt = "x" }, { $0.loops = true }, { $0.sampler = .ddim },
      { $0.museV.window = 5 }, { $0.length = .frames(5) }, { $0.precision = .bf16 },
      { $0.image = Golden.path("start.png", in: .module) }, { $0.crf = 1 },
    ]
    for change in changes {
      var other = request
      change(&other)
      #expect(try other.key() != key)
    }
  }
}
