import Compute
import Diffusion
import LipSync
import Media
import MediaTypes
import Motion
import TestSupport
import Testing

@testable import Runtime

/// Clips whose last frame leads back to the first.
@Suite struct LoopedVideoTests {
  /// How far a video's frames are from the next ones, the last from the first at the end.
  private func steps(_ frames: [[Double]]) -> [Double] {
    frames.indices.map { index in
      let next = frames[(index + 1) % frames.count]
      return zip(frames[index], next).reduce(0) { $0 + abs($1.0 - $1.1) }
    }
  }

  @Test(arguments: ["a woman nods and smiles", "she turns left", "shakes her head, then frowns"])
  func `mini's motion comes back to rest no faster than it moves`(prompt: String) throws {
    let model = try MiniModel("mini")
    let generation = try model.motion(
      device: CPUDevice(threads: ResourceUsage.availableCores), precision: .fp32)
    for frames in [50, 100, 137] {
      var numbers = ProcessorNormals(seed: 5)
      let track = try generation.motion(
        MotionPrompt(prompt), frames: frames, sampler: .euler, steps: 20, guidance: 2.5,
        loops: true, numbers: &numbers)
      #expect(track.frames.count == frames + 1)
      #expect(track.frames.first == .rest && track.frames.last == .rest)
      let values = track.frames.dropLast().map { motion in
        MotionChannel.allCases.map { [.blink, .gazeX, .gazeY].contains($0) ? 0 : motion[$0] }
      }
      let steps = steps(values)
      let (seam, back) = (steps.last ?? 0, steps.suffix(20).max() ?? 0)
      let largest = steps.dropLast(20).max() ?? 0
      #expect(seam > 0 && seam < 0.1 * largest, "\(prompt), \(frames): \(seam) of \(largest)")
      #expect(back < 1.3 * largest, "\(prompt), \(frames): \(back) of \(largest)")
    }
  }

  @Test func `mini's loop begins with the picture, and is repeated by its command`() throws {
    let folder = try TemporaryFolder()
    let clip = try PresenterLibrary.save("mei", to: folder.file("mei.mp4"), force: true)
    try writePNG(
      try openPictureSource(clip).frame(at: 0).rgbPicture(), to: folder.file("mei.png"))
    var request = GenerateRequest(output: folder.file("a.mp4"))
    (request.image, request.prompt, request.loops) = (folder.file("mei.png"), "nods", true)
    (request.size, request.steps, request.length) = ((128, 128), 5, .frames(40))
    request.rate = Rational(20)
    var frames: [Frame] = []
    var timings: [String: Double] = [:]
    var generator = try MotionGenerator(request, cancellation: Cancellation())
    try generator.generate(progress: { _ in }, timings: &timings) { frames.append($0) }
    let steps = steps(frames.map { $0.samples.map(Double.init) })
    #expect(frames.count == 40 && steps[39] <= steps.dropLast().max() ?? 0)
    _ = try GenerateJob(request).run()
    let words = try #require(ShowReport(file: request.output).command.flatMap(ShellWords.split))
    #expect(words.contains("--loop"))
    request.output = folder.file("a.png")
    #expect(throws: RuntimeError.self) { try GenerateJob(request).run() }
  }

  /// Of a network that smooths over time, as a temporal one does, the seam is like any other step only where windows go round.
  @Test func `windows that go round close the seam`() throws {
    func seam(_ windows: DenoisingWindows, seed: UInt64) throws -> (seam: Float, mean: Float) {
      var numbers = ProcessorNormals(seed: seed)
      let start = VideoNoise.independent.draw(
        frames: 24, channels: 4, height: 4, width: 4, from: &numbers)
      let scheduler = DDIMScheduler(SchedulerConfiguration(), steps: 12)
      let video = try ParallelDenoising(windows: windows, guidance: Guidance(1)).run(
        start, scheduler: scheduler, noise: { [] }
      ) { request in
        // The clean frames are the means of their neighbourhood: all else is noise.
        let (size, count) = (64, request.frames.count)
        return (0..<count * size).map { index in
          let (frame, place) = (index / size, index % size)
          let near = max(frame - 3, 0)...min(frame + 3, count - 1)
          let mean =
            near.reduce(Float(0)) { $0 + request.latents[$1 * size + place] } / Float(near.count)
          return request.latents[index] - mean
        }
      }
      let steps = (0..<24).map { frame in
        zip(video[frame], video[(frame + 1) % 24]).reduce(Float(0)) { $0 + abs($1.0 - $1.1) }
      }
      return (steps[23], steps.dropLast().reduce(0, +) / 23)
    }
    func ratio(_ windows: DenoisingWindows) throws -> Float {
      let all = try (0..<8).map { try seam(windows, seed: $0) }
      return all.reduce(0) { $0 + $1.seam } / all.reduce(0) { $0 + $1.mean }
    }
    let ring = try ratio(DenoisingWindows(ring: 24, length: 12, overlap: 4))
    let open = try ratio(DenoisingWindows(frames: 24, length: 12, overlap: 4))
    #expect(ring < 2 && open > 2 * ring, "\(ring), \(open)")
  }

  @Test func `all frames of MuseV's loop are generated, and none is the picture`() throws {
    let tiny = try TinyMuseV()
    var request = tiny.request()
    request.image = try tiny.picture(width: 32, height: 32)
    (request.length, request.loops) = (.frames(7), true)
    (request.museV.window, request.museV.overlap) = (4, 2)
    let loop = try frames(request)
    #expect(loop.count == 7)
    request.loops = false
    let open = try frames(request)
    #expect(open.count == 7 && loop[0] != open[0])
    request.loops = true
    request.museV.endsWithShortWindow = true
    let error = try #require(throws: RuntimeError.self) { try frames(request) }
    #expect(error.exitCode == .usage)
    request.museV.endsWithShortWindow = false
    // Shorter than a window.
    (request.museV.window, request.length) = (12, .frames(3))
    #expect(try frames(request).count == 3)
  }

  @Test func `a clip goes forth and back for a loop that follows it`() throws {
    let tiny = try TinyMuseV()
    let path = try TinyControls.clip(in: tiny.folder, width: 32, height: 32, frames: 4)
    func places(_ frames: Int?) throws -> [Int] {
      let clip = try DrivingClip(
        path, rate: Rational(12), goesBack: true, frames: frames, cancellation: Cancellation())
      let shown = (0..<4).map { TinyControls.shown(width: 32, height: 32, frame: $0) }
      return try (0..<(frames ?? clip.frameCount)).map { frame in
        #expect(try clip.picture(at: frame) == clip.picture(at: clip.place(of: frame)))
        return try #require(shown.firstIndex(of: clip.picture(at: frame)))
      }
    }
    #expect(try places(nil) == [0, 1, 2, 3, 2, 1])
    #expect(try places(5) == [0, 1, 2, 2, 1])
    var request = tiny.request()
    request.image = try tiny.picture(width: 32, height: 32)
    (request.length, request.loops, request.control.video) = (nil, true, path)
    (request.museV.window, request.museV.overlap) = (4, 2)
    let begun = try frames(request)
    #expect(begun.count == 6)
    request.control.choices = [ControlChoice(.canny, path: TinyControls.path("clip"))]
    let held = try frames(request)
    #expect(held.count == 6 && held != begun)
    request.control.video = nil
    request.length = .frames(6)
    request.control.choices[0].kind = .map
    request.control.images = [path]
    #expect(try frames(request) != held)
    request.length = .frames(7)
    let error = try #require(throws: RuntimeError.self) { try frames(request) }
    #expect(error.exitCode == .usage && error.description.contains("has 6, forth and back,"))
  }

  @Test func `a still map holds a loop as a clip of it does`() throws {
    let tiny = try TinyMuseV()
    let clip = try TinyControls.clip(in: tiny.folder, width: 32, height: 32, frames: 4)
    for frame in 1..<4 {
      try writePNG(TinyControls.shown(width: 32, height: 32), to: "\(clip)/\(frame).png")
    }
    var request = tiny.request()
    request.image = try tiny.picture(width: 32, height: 32)
    (request.length, request.loops) = (.frames(6), true)
    (request.museV.window, request.museV.overlap) = (4, 2)
    request.control.choices = [ControlChoice(.map, path: TinyControls.path("clip"))]
    request.control.images = [clip]
    let held = try frames(request)
    request.control.images = ["\(clip)/0.png"]
    #expect(try frames(request) == held)
  }

  private func frames(_ request: GenerateRequest) throws -> [RGBPicture] {
    let video = try MuseVVideo(
      request, model: try #require(request.model), cancellation: Cancellation())
    var (made, timings) = ([RGBPicture](), [String: Double]())
    try video.frames(progress: { _ in }, timings: &timings) { made.append($0) }
    return made
  }
}
