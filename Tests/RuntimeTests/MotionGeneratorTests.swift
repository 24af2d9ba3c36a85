import Compute
import Diffusion
import Foundation
import LipSync
import Media
import MediaTypes
import Motion
import Synchronization
import TestSupport
import Testing

@testable import Runtime

/// mini's own network moves a presenter's picture.
@Suite struct MotionGeneratorTests {
  /// The first frame of a presenter, as a picture.
  private func picture(_ folder: TemporaryFolder) throws -> String {
    let clip = try PresenterLibrary.save("mei", to: folder.file("mei.mp4"), force: true)
    let frame = try openPictureSource(clip).frame(at: 0)
    let path = folder.file("mei.png")
    try writePNG(frame.rgbPicture(), to: path)
    return path
  }

  private func request(_ folder: TemporaryFolder, _ prompt: String) throws -> GenerateRequest {
    var request = GenerateRequest(output: folder.file("a.mp4"))
    (request.image, request.prompt) = (try picture(folder), prompt)
    (request.size, request.steps, request.length) = ((256, 256), 4, .frames(9))
    return request
  }

  @Test func `a picture becomes a video that begins with it, and tells how to make it again`()
    throws
  {
    let folder = try TemporaryFolder()
    var request = try request(folder, "she nods and juggles")
    request.seed = 3
    let warnings = Mutex<[String]>([])
    let report = try GenerateJob(request).run { event in
      if case .warning(let text) = event { warnings.withLock { $0.append(text) } }
    }
    #expect(report.frames == 9 && report.fps == "25" && report.model == "mini")
    #expect(report.width == 256 && report.sampler == "euler" && report.precision == "fp32")
    #expect(warnings.withLock { $0 }.contains { $0.contains("'juggles'") })
    let video = try openPictureSource(report.output)
    let still = try readPicture(request.image ?? "").fitted(width: 256, height: 256).frame()
    let error = zip(try video.frame(at: 0).samples, still.samples).reduce(0.0) {
      $0 + Double((Int($1.0) - Int($1.1)) * (Int($1.0) - Int($1.1)))
    }
    #expect(10 * log10(65025 * Double(still.samples.count) / error) > 38)
    let command = try #require(ShowReport(file: report.output).command)
    for part in [
      "--model mini", "--prompt 'she nods and juggles'", "--frames 9", "--fps 25", "--seed 3",
      "--steps 4", "--guidance 2.5", "--sampler euler", "--size 256x256",
    ] { #expect(command.contains(part), "\(part) in \(command)") }
  }

  @Test func `frames are the same for any number of threads, and the first is the picture`() throws
  {
    let folder = try TemporaryFolder()
    func frames(_ threads: Int) throws -> [Frame] {
      var request = GenerateRequest(output: folder.file("b.mp4"))
      (request.image, request.threads) = (folder.file("mei.png"), threads)
      (request.size, request.steps, request.length) = ((128, 128), 3, .frames(12))
      request.prompt = "turns right"
      var frames: [Frame] = []
      var timings: [String: Double] = [:]
      var generator = try MotionGenerator(
        request, cancellation: Cancellation())
      try generator.generate(progress: { _ in }, timings: &timings) { frames.append($0) }
      return frames
    }
    let still = try readPicture(try picture(folder)).fitted(width: 128, height: 128).frame()
    let one = try frames(1)
    #expect(one[0] == still && one[11] != still && one.count == 12)
    #expect(try frames(2) == one)
  }

  @Test func `what mini can't do is refused with advice`() throws {
    let folder = try TemporaryFolder()
    func complaint(_ change: (inout GenerateRequest) throws -> Void) throws -> RuntimeError {
      var request = try request(folder, "nods")
      try change(&request)
      return try #require(throws: RuntimeError.self) { try GenerateJob(request).run() }
    }
    let flat = RGBPicture(width: 96, height: 96, samples: Array(repeating: 90, count: 96 * 96 * 3))
    try writePNG(flat, to: folder.file("flat.png"))
    let faceless = try complaint { $0.image = folder.file("flat.png") }
    #expect(faceless.exitCode == .badInput && faceless.description.contains("no face was found"))
    #expect(try complaint { $0.image = nil }.exitCode == .usage)
    #expect(try complaint { $0.negativePrompt = "ugly" }.exitCode == .usage)
    #expect(try complaint { $0.embeddings = ["a.pt"] }.exitCode == .usage)
    #expect(!FileManager.default.fileExists(atPath: folder.file("a.mp4")))
  }

  @Test func `shots of their own lengths are one motion`() throws {
    let folder = try TemporaryFolder()
    var request = try request(folder, "a woman")
    (request.length, request.steps, request.seed) = (nil, 20, 11)
    request.shots = [Shot(seconds: 4, prompt: "smiles"), Shot(seconds: 2, prompt: "turns left")]
    let generator = try MotionGenerator(request, cancellation: Cancellation())
    #expect(generator.frameCount == 150)
    let track = try generator.motion(
      MiniModel("mini"), device: CPUDevice(threads: ResourceUsage.availableCores),
      progress: { _ in })
    func mean(_ channel: MotionChannel, _ frames: Range<Int>) -> Double {
      frames.reduce(0) { $0 + track.frames[$1][channel] } / Double(frames.count)
    }
    #expect(mean(.smile, 20..<90) > 0.4 && abs(mean(.yaw, 20..<90)) < 0.05)
    #expect(mean(.yaw, 115..<150) < -0.07 && mean(.smile, 120..<150) < 0.3)
    func step(_ frame: Int) -> Double {
      let (one, other) = (track.frames[frame - 1], track.frames[frame])
      let channels = MotionChannel.allCases.filter { ![.blink, .gazeX, .gazeY].contains($0) }
      return channels.map { abs(other[$0] - one[$0]) }.reduce(0, +)
    }
    let steps = (1..<150).map(step)
    // A smile ends within a quarter of a second; the seam is no faster than what is around it.
    let near = (steps[95..<99] + steps[100..<104]).sorted()
    #expect(steps[99] < 1.5 * near[6] && steps[99] < 0.2, "\(steps[95..<104])")
    request.shots[1].seconds = 0.04
    request.steps = 2
    let report = try GenerateJob(request).run()
    #expect(report.frames == 101)
    let command = try #require(ShowReport(file: report.output).command)
    #expect(command.contains("--prompt 'a woman' --shot '4.0: smiles' --shot '0.04: turns left'"))
    #expect(!command.contains("--seconds"))
  }

  @Test func `the embedded network tells actions apart`() throws {
    let model = try MiniModel("mini")
    let generation = try model.motion(
      device: CPUDevice(threads: ResourceUsage.availableCores), precision: .fp32)
    func track(_ prompt: String) throws -> MotionTrack {
      var numbers = ProcessorNormals(seed: 11)
      return try generation.motion(
        MotionPrompt(prompt), frames: 150, sampler: .euler, steps: 20, guidance: 2.5,
        numbers: &numbers)
    }
    func mean(_ prompt: String, _ channel: MotionChannel) throws -> Double {
      let frames = try track(prompt).frames
      return frames.reduce(0) { $0 + $1[channel] } / Double(frames.count)
    }
    func spread(_ prompt: String, _ channel: MotionChannel) throws -> Double {
      let frames = try track(prompt).frames
      let middle = frames.reduce(0) { $0 + $1[channel] } / Double(frames.count)
      return frames.reduce(0) { $0 + abs($1[channel] - middle) } / Double(frames.count)
    }
    #expect(try spread("nods", .pitch) > 3 * spread("smiles", .pitch))
    #expect(try spread("shakes", .yaw) > 2 * spread("smiles", .yaw))
    #expect(try mean("smiles", .smile) > 0.5 && mean("frowns", .smile) < -0.5)
    #expect(try mean("looks left", .gazeX) < -0.4 && mean("looks right", .gazeX) > 0.4)
    #expect(try mean("looks up", .gazeY) < -0.4 && mean("looks down", .gazeY) > 0.4)
    #expect(try mean("tilts left", .roll) < -0.05 && mean("tilts right", .roll) > 0.05)
    #expect(try mean("turns left", .yaw) < -0.07 && mean("turns right", .yaw) > 0.07)
    #expect(try mean("raises her brows", .brows) > 0.4)
    #expect(try mean("blinks", .blink) > 2 * mean("", .blink))
  }
}
