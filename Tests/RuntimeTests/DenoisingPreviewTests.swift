import Compute
import Diffusion
import Foundation
import Media
import MediaTypes
import Synchronization
import TestSupport
import Testing
import Weights

@testable import Runtime

/// Looks at what is being denoised.
@Suite struct DenoisingPreviewTests {
  private let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private func still(_ preview: String) -> GenerateRequest {
    var request = GenerateRequest(output: folder.file("a.png"))
    request.base = Golden.path("stable-diffusion", in: .module)
    (request.prompt, request.size, request.steps, request.threads) = ("a woman", (48, 32), 4, 1)
    request.preview = preview
    return request
  }

  @Test func `a file shows the latest look, and says that it is one`() throws {
    let request = still(folder.file("look.png"))
    _ = try GenerateJob(request).run()
    let look = try ShowReport(file: folder.file("look.png"))
    #expect(look.width == 48 && look.height == 32 && look.label?.label == "1")
    // It may be replaced, another picture may not.
    var again = request
    again.output = folder.file("b.png")
    _ = try GenerateJob(again).run()
    again.preview = folder.file("a.png")
    again.output = folder.file("c.png")
    let error = try #require(throws: RuntimeError.self) { try GenerateJob(again).run() }
    #expect(error.exitCode == .cannotCreateOutput)
    let plain = try readPicture(folder.file("b.png"))
    again.preview = nil
    _ = try GenerateJob(again).run()
    #expect(try readPicture(folder.file("c.png")) == plain)
    let words = try #require(ShowReport(file: folder.file("b.png")).command)
    #expect(!words.contains("--preview"))
  }

  @Test func `a folder has one for each step, of a video a sheet`() throws {
    let tiny = try TinyMuseV()
    var request = tiny.request()
    request.image = try tiny.picture(width: 32, height: 32)
    (request.length, request.preview) = (.frames(20), folder.file("looks") + "/")
    _ = try GenerateJob(request).run()
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.file("looks"))
    #expect(names.contains("video-0001.png"))
    let sheet = try readPicture(folder.file("looks/video-0001.png"))
    #expect(sheet.width == 4 * 32 && sheet.height == 3 * 32)
  }

  /// Moves by a second a question.
  private final class Clock: Sendable {
    private let seconds = Mutex(0)
    var now: ContinuousClock.Instant { .now + .seconds(seconds.withLock { $0 }) }
    func advance(_ by: Int) { seconds.withLock { $0 += by } }
  }

  @Test func `looks take two percent of the time at most`() throws {
    let clock = Clock()
    let looks = Mutex(0)
    let preview = DenoisingPreview(
      PreviewPath(folder.file("look.png")), name: "picture", size: (16, 16), warn: { _ in },
      now: { clock.now }
    ) { _, _ in
      clock.advance(1)
      looks.withLock { $0 += 1 }
      return RGBPicture(width: 2, height: 2, samples: Array(repeating: 9, count: 12))
    }
    try show(preview, steps: 300) { clock.advance(2) }
    // 300 steps of 2 s: one look of a second for every 50.
    #expect((11...13).contains(looks.withLock { $0 }), "\(looks.withLock { $0 })")
  }

  private func show(_ preview: DenoisingPreview, steps: Int, each: () -> Void) throws {
    let start = LatentVideo(
      channels: 4, height: 2, width: 2, values: Array(repeating: 0.5, count: 16))
    _ = try ParallelDenoising(
      windows: DenoisingWindows(frames: 1, length: 1, overlap: 0), guidance: Guidance(1)
    ).run(
      start, scheduler: EulerScheduler(SchedulerConfiguration(), steps: steps), noise: { [] },
      finishedStep: {
        each()
        try preview.show($0)
      }
    ) { $0.latents.map { $0 * 0.1 } }
  }

  @Test func `the look is that of the clean latents`() throws {
    let looks = Mutex<[[Float]]>([])
    let preview = DenoisingPreview(
      PreviewPath(folder.file("look.png")), name: "picture", size: (16, 16), warn: { _ in }
    ) { latents, _ in
      looks.withLock { $0.append(latents) }
      return RGBPicture(width: 2, height: 2, samples: Array(repeating: 9, count: 12))
    }
    try show(preview, steps: 1) {}
    // Of one step, the estimate is the result: the noise at the largest sigma is taken away.
    let sigma = Float(EulerScheduler(SchedulerConfiguration(), steps: 1).initialNoiseScale)
    let seen = 0.5 / (sigma * sigma + 1).squareRoot() * 0.1
    let look = try #require(looks.withLock { $0 }.first)
    #expect(look.allSatisfy { abs($0 - (0.5 - sigma * seen)) < 1e-3 })
  }

  @Test func `another decoder may make the looks, if it fits the latents`() throws {
    var request = still(folder.file("look.png"))
    request.steps = 1
    request.previewAutoencoder = Golden.path("stable-diffusion", in: .module) + "/vae"
    _ = try GenerateJob(request).run()
    // After the only step, the estimate is the result.
    #expect(
      try readPicture(folder.file("look.png")).samples == readPicture(request.output).samples)
    request.output = folder.file("b.png")
    request.previewAutoencoder = Golden.path("musev", in: .module) + "/vae/sd-vae-ft-mse"
    let error = try #require(throws: RuntimeError.self) { try GenerateJob(request).run() }
    #expect(error.exitCode == .badInput && error.description.contains("--preview-vae"))
  }

  @Test func `colours are about those of the picture`() {
    // The published latents of plain colours are not to be had: bright latents are bright, and nothing overflows.
    func mean(_ latents: [Float]) -> Int {
      LatentColors.bytes(latents, plane: 1).reduce(0) { $0 + Int($1) } / 3
    }
    #expect(mean([2, 1, 0, -1]) > 200 && mean([-2, -1, 0, 1]) < 50 && mean([0, 0, 0, 0]) == 128)
    #expect(LatentColors.bytes([.nan, 0, 0, 0], plane: 1) == [0, 0, 0])
    #expect(LatentColors.bytes([99, 99, 99, -99], plane: 1) == [255, 255, 255])
  }

  @Test func `what can't be looked at is said`() throws {
    func complaint(_ code: ExitCode, _ change: (inout GenerateRequest) -> Void) throws -> String {
      var request = still(folder.file("look.png"))
      change(&request)
      let error = try #require(throws: (any Error).self) { try GenerateJob(request).run() }
      #expect((error as? any AvatarError)?.exitCode == code, "\(error)")
      return "\(error)"
    }
    #expect(try complaint(.usage) { $0.preview = "look.jpg" }.contains("in .png"))
    #expect(
      try complaint(.usage) { ($0.preview, $0.previewAutoencoder) = (nil, "x") }
        .contains("needs --preview"))
    #expect(
      try complaint(.cannotCreateOutput) { $0.preview = folder.file("nowhere/look.png") }
        .contains("create"))
    #expect(
      try complaint(.usage) { ($0.base, $0.image, $0.output) = (nil, "x.png", "x.mp4") }
        .contains("mini denoises a motion"))
  }

  @Test func `a look that can't be written stops looks, not the work`() throws {
    let request = still(folder.file("looks") + "/")
    let warnings = Mutex<[String]>([])
    _ = try GenerateJob(request).run { event in
      switch event {
      case .stage("denoising", _, _):
        try? FileManager.default.removeItem(atPath: folder.file("looks"))
      case .warning(let text): warnings.withLock { $0.append(text) }
      default: break
      }
    }
    #expect(warnings.withLock { $0 }.filter { $0.contains("there are no more looks") }.count == 1)
    #expect(FileManager.default.fileExists(atPath: request.output))
  }
}
