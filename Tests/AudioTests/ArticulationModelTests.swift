import Compute
import Foundation
import MediaTypes
import TestSupport
import Testing
import Weights

@testable import Audio

struct ArticulationModelTests {
  private let golden: Golden
  private let samples: [Float]
  private let model: ArticulationModel

  init() throws {
    golden = try Golden("articulation-golden.safetensors", in: Bundle.module)
    samples = try golden["samples"].values
    model = try Self.tinyModel()
  }

  private static func tinyModel(
    on device: any Device = ReferenceDevice()
  ) throws -> ArticulationModel {
    let folder = Golden.path("articulation-tiny", in: Bundle.module)
    return try ArticulationModel(
      configuration: ConfigurationFile(path: "\(folder)/config.json"),
      checkpoint: Checkpoint(path: "\(folder)/model.safetensors"), device: device)
  }

  private func values(_ track: ArticulationTrack) -> HostTensor {
    HostTensor(shape: [track.steps.count, 7], values: track.steps.flatMap(\.values))
  }

  @Test func `amplifies as the reference does`() throws {
    var level = SpeechLevel()
    level.process(samples)
    #expect(abs(level.gain / (try golden["gain"].values[0]) - 1) < 1e-6)
  }

  @Test func `hears the reference's spectrogram`() throws {
    let mel = ArticulationMel(gain: try golden["gain"].values[0])
    mel.process(samples)
    var second = [Float](repeating: 0, count: ArticulationMel.valueCount)
    #expect(mel.nextSecond(into: &second))
    // The golden holds frames 60 ..< 124; the first second has frames 0 ..< 100.
    let expected = try golden["mel"]
    let found = (0..<80).flatMap { second[($0 * 100 + 60)..<($0 * 100 + 100)] }
    let wanted = (0..<80).flatMap { expected.values[($0 * 64)..<($0 * 64 + 40)] }
    let comparison = Comparison(
      HostTensor(shape: [80, 40], values: found), HostTensor(shape: [80, 40], values: wanted))
    #expect(comparison.maximumError < 1e-4, "\(comparison)")
  }

  @Test func `follows the reference from samples to articulation`() throws {
    let comparison = Comparison(values(try model.track(of: samples)), try golden["track"])
    #expect(comparison.maximumError <= 2e-4, "\(comparison)")
  }

  @Test func `is the same for any number of threads`() throws {
    let sound = samples + noise(count: 100_000)
    let one = try Self.tinyModel(on: CPUDevice(threads: 1)).track(of: sound)
    #expect(try Self.tinyModel(on: CPUDevice(threads: 2)).track(of: sound) == one)
    #expect(try Self.tinyModel(on: QuarantineDevice(threads: 2)).track(of: sound) == one)
    let comparison = Comparison(values(one), values(try model.track(of: sound)))
    #expect(comparison.maximumError <= 2e-4, "\(comparison)")
  }

  @Test func `shows video frames as the reference does`() throws {
    let track = try model.track(of: samples)
    let expected = try golden["video"]
    let found = (0..<expected.shape[0]).flatMap {
      track.articulation(atFrame: $0, rate: Rational(24_000, 1001)).values
    }
    let comparison = Comparison(HostTensor(shape: expected.shape, values: found), expected)
    #expect(comparison.maximumError <= 2e-4, "\(comparison)")
  }

  @Test(arguments: [1, 319, 320, 321, 16_000, 16_001, 40_000, 64_001])
  func `has a step for every 20 ms begun`(count: Int) throws {
    let track = try model.track(of: noise(count: count))
    #expect(track.steps.count == (count + 319) / 320)
  }

  @Test func `nothing in, nothing out`() throws {
    #expect(try model.track(of: [Float]()).steps.isEmpty)
  }

  @Test func `a file gives the same as its samples`() throws {
    let folder = try TemporaryFolder()
    let sound = noise(count: 150_000).map { $0 * 0.1 }
    let path = try folder.write(WaveFixture.bytes(sound), to: "a.wav")
    let reader = try AudioFile(path: path).reader()
    var checks = 0
    let track = try model.track(of: reader) { checks += 1 }
    #expect(track == (try model.track(of: sound)))
    #expect(reader.sourceSampleCount == 150_000 && checks > 10)
  }

  @Test func `does not care how loud the recording is`() throws {
    let loud = try model.track(of: samples)
    let quiet = try model.track(of: samples.map { $0 * 0.5 })
    #expect(Comparison(values(quiet), values(loud)).maximumError < 1e-4)
  }

  @Test func `stops when it is told to`() throws {
    struct Stop: Error {}
    let folder = try TemporaryFolder()
    let path = try folder.write(WaveFixture.bytes(noise(count: 1000)), to: "a.wav")
    #expect(throws: Stop.self) {
      try model.track(of: AudioFile(path: path).reader()) { throw Stop() }
    }
  }

  @Test func `keeps every value in its range`() throws {
    for step in try model.track(of: noise(count: 32_000)).steps {
      for (name, value) in zip(Articulation.names, step.values) {
        #expect((name == "width" ? -1...1 : 0...1).contains(value))
      }
    }
  }

  @Test func `refuses other outputs`() throws {
    let folder = Golden.path("articulation-tiny", in: Bundle.module)
    let text = try String(contentsOfFile: "\(folder)/config.json", encoding: .utf8)
    let wrong = Array(text.replacingOccurrences(of: "tongue", with: "nose").utf8)
    let error = #expect(throws: WeightsError.self) {
      try ArticulationModel(
        configuration: wrong.withUnsafeBytes { try ConfigurationFile(bytes: $0, name: "config") },
        checkpoint: Checkpoint(path: "\(folder)/model.safetensors"), device: ReferenceDevice())
    }
    #expect(error?.exitCode == .badInput)
  }
}

struct ArticulationDecodingTests {
  private func decode(closure: Float, voice: Float, others: Float = 2) -> [Float] {
    let raw = [Float](repeating: others, count: 7) + [closure, voice]
    return Articulation(networkOutputs: raw[...]).values
  }

  @Test func `shut lips keep their shape but do not open`() {
    let values = decode(closure: 9, voice: 9)
    for channel in [0, 3, 4, 5, 6] { #expect(values[channel] == 0) }
    #expect(abs(values[1] - 0.964028) < 1e-5 && abs(values[2] - 0.880797) < 1e-5)
  }

  @Test func `without a voice the mouth rests`() {
    #expect(decode(closure: -9, voice: -9) == Articulation.closed.values)
  }

  @Test func `a voice and open lips leave all as it is`() {
    #expect(abs(decode(closure: -9, voice: 9)[0] - 0.880797) < 1e-5)
  }

  @Test func `halfway is half`() {
    #expect(abs(decode(closure: 0, voice: 9)[0] - 0.440398) < 1e-5)
  }
}
