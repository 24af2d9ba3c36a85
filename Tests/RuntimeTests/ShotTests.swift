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

/// Videos of several shots, each with a prompt of its own.
@Suite struct ShotTests {
  private let tiny: TinyMuseV
  init() throws { tiny = try TinyMuseV() }

  private func request(_ shots: [Shot], _ output: String = "a.mp4") throws -> GenerateRequest {
    var request = tiny.request(output, model: "musev_referencenet")
    (request.image, request.shots) = (try tiny.picture(width: 32, height: 32), shots)
    (request.prompt, request.length) = ("", nil)
    (request.museV.window, request.museV.overlap) = (4, 1)
    return request
  }

  private let shots = [
    Shot(seconds: 0.5, prompt: "a woman nods"), Shot(seconds: 0.25, prompt: "the sea"),
    Shot(seconds: 0.5, prompt: "a woman smiles"),
  ]

  private func frames(_ request: GenerateRequest) throws -> [RGBPicture] {
    let video = try MuseVVideo(
      request, model: try #require(request.model), cancellation: Cancellation())
    var (made, timings) = ([RGBPicture](), [String: Double]())
    try video.frames(progress: { _ in }, timings: &timings) { made.append($0) }
    #expect(made.count == video.frameCount)
    return made
  }

  private func distance(_ one: RGBPicture, _ other: RGBPicture) -> Double {
    zip(one.samples, other.samples).reduce(0) { $0 + abs(Double($1.0) - Double($1.1)) }
      / Double(one.samples.count)
  }

  @Test(arguments: [
    ("2: she nods", Shot(seconds: 2, prompt: "she nods")),
    (" 0.5 :nods: twice", Shot(seconds: 0.5, prompt: "nods: twice")),
    ("3:", Shot(seconds: 3, prompt: "")),
  ])
  func `seconds and a prompt are read, and written so that they are read again`(
    text: String, shot: Shot
  ) throws {
    #expect(try Shot(parsing: text) == shot)
    #expect(try Shot(parsing: shot.text) == shot)
  }

  @Test(arguments: [
    "she nods", "two: nods", ": nods", "0: nods", "-1: nods", "nan: nods", "9999: nods",
  ])
  func `other shots are refused`(text: String) {
    #expect(throws: SpeakOptions.Complaint.self) { try Shot(parsing: text) }
  }

  @Test func `frames are shared out without drift`() throws {
    var request = GenerateRequest(output: "a.mp4")
    request.shots = Array(repeating: Shot(seconds: 0.33, prompt: "x"), count: 100)
    let count = try #require(request.wholeLength).frameCount(at: Rational(30000, 1001))
    let ranges = try request.shotFrames(at: Rational(30000, 1001), count: count)
    #expect(count == 990 && ranges.count == 100 && ranges.last?.upperBound == count)
    #expect(
      ranges.first?.lowerBound == 0
        && zip(ranges, ranges.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound })
    #expect(ranges.allSatisfy { (9...10).contains($0.count) })
  }

  @Test func `the first shot is what it is alone, the next go on from its last frame`() throws {
    let video = try frames(request(shots))
    #expect(video.count == 15)
    var alone = try request([])
    (alone.prompt, alone.length) = ("a woman nods", .frames(6))
    #expect(try Array(video.prefix(6)) == frames(alone))
    var others = shots
    others[2].prompt = "the sea"
    let other = try frames(request(others))
    #expect(other.prefix(9) == video.prefix(9) && other.suffix(6) != video.suffix(6))
    // No frame is shown twice, and the step into a shot is like those within.
    let steps = zip(video, video.dropFirst()).map(distance)
    let within = steps.indices.filter { ![5, 8].contains($0) }.map { steps[$0] }
    #expect(steps.allSatisfy { $0 > 0 })
    #expect(max(steps[5], steps[8]) <= (within.max() ?? 0) * 1.05, "\(steps)")
  }

  @Test func `words for all shots stand before each one's own`() throws {
    var request = try request(shots)
    request.prompt = "a man"
    #expect(request.shotPrompts[1] == "a man, the sea")
    let video = try frames(request)
    var spelt = try self.request(
      shots.map { Shot(seconds: $0.seconds, prompt: "a man, \($0.prompt)") })
    #expect(try frames(spelt) == video)
    // Without a picture, the first is drawn as the first shot says.
    (spelt.image, spelt.shots) = (nil, Array(spelt.shots.prefix(2)))
    spelt.museV.pictureSteps = 2
    var alone = spelt
    (alone.shots, alone.prompt, alone.length) = ([], "a man, a woman nods", .frames(6))
    #expect(try Array(frames(spelt).prefix(6)) == frames(alone))
  }

  @Test func `noise from a file is that of all frames`() throws {
    let noise = tiny.folder.file("noise.safetensors")
    var numbers = ProcessorNormals(seed: 3)
    let shape = try MuseVVideo(
      request(shots), model: tiny.request(model: "musev_referencenet").model ?? "",
      cancellation: Cancellation()
    ).pictures.latentShape
    let count = 14 * shape.reduce(1, *)
    try SafetensorsWriter.write(
      ["noise": HostTensor(shape: [14] + shape.dropFirst(), values: numbers.normals(count))],
      to: noise)
    var request = try request(shots)
    let plain = try frames(request)
    request.noiseFile = noise
    let first = try frames(request)
    #expect(first[14] != plain[14])
    request.seed = 9
    #expect(try frames(request) == first)
  }

  @Test func `a run that is stopped in a later shot goes on to the same bytes`() throws {
    var asked = try request(shots)
    (asked.steps, asked.sampler) = (4, .eulerAncestral)
    _ = try GenerateJob(asked).run()
    let files = FileManager.default
    let whole = try #require(files.contents(atPath: asked.output))
    try files.removeItem(atPath: asked.output)
    let cancellation = Cancellation()
    var kept = asked
    kept.keepsUnfinishedWork = true
    let shot = Mutex("")
    #expect(throws: CancelledError.self) {
      try GenerateJob(kept, cancellation: cancellation).run { event in
        switch event {
        case .stage(let name, _, _): shot.withLock { $0 = name }
        case .step(let done)
        where done >= 4 && shot.withLock({ $0.hasPrefix("denoising shot 2 of 3") }):
          cancellation.cancel()
        default: break
        }
      }
    }
    let work = WorkFolder.path(output: asked.output)
    #expect(files.fileExists(atPath: "\(work)/video-2.steps.safetensors"))
    _ = try GenerateJob(asked).run()
    #expect(files.contents(atPath: asked.output) == whole)
    let words = try #require(ShowReport(file: asked.output).command.flatMap(ShellWords.split))
    #expect(words.contains("0.25: the sea") && !words.contains("--frames"))
    #expect(words.count { $0 == "--shot" } == 3 && !words.contains("--prompt"))
  }

  @Test func `what does not go together is said in one line`() throws {
    func complaint(_ change: (inout GenerateRequest) throws -> Void) throws -> String {
      var request = try request(shots)
      try change(&request)
      let error = try #require(throws: RuntimeError.self) { try GenerateJob(request).run() }
      #expect(error.exitCode == .usage && !error.description.contains("\n"))
      return error.description
    }
    #expect(try complaint { $0.length = .seconds(3) }.contains("--seconds"))
    #expect(try complaint { $0.length = .frames(3) }.contains("--frames"))
    #expect(try complaint { $0.loops = true }.contains("--loop"))
    #expect(
      try complaint { ($0.shots[1].seconds, $0.shots[2].seconds) = (0.02, 0.01) }
        .contains("--shot '0.01: a woman smiles': has no frame of its own at 12 a second"))
    #expect(
      try complaint { ($0.shots, $0.rate) = ([Shot(seconds: 0.04, prompt: "x")], Rational(12)) }
        .contains("--frames 1"))
    #expect(
      try complaint {
        ($0.output, $0.model) = (tiny.folder.file("a.png"), nil)
      }.contains("is a picture"))
    #expect(try complaint { ($0.image, $0.shots[0].prompt) = (nil, "") }.contains("--prompt"))
  }

  @Test func `a preset's words stand around every shot's`() throws {
    let preset = try tiny.folder.write(
      Array(#"{"prompt_prefix": "best, ", "prompt_suffix": ", soft"}"#.utf8), to: "p.json")
    func prompts(_ prompt: String) throws -> [String] {
      try GenerateRequest(output: "a.mp4", preset: preset, model: nil) {
        ($0.prompt, $0.shots) = (prompt, [Shot(seconds: 1, prompt: "nods")])
      }.shotPrompts
    }
    #expect(try prompts("") == ["best, nods, soft"])
    #expect(try prompts("a man") == ["best, a man, nods, soft"])
  }
}
