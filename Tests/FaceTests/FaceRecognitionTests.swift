import Compute
import Foundation
import Imaging
import MediaTypes
import TestSupport
import Testing
import Weights

@testable import Face

@Suite struct FaceRecognitionTests {
  private let folder: TemporaryFolder
  private let files = Golden.path("face-recognition", in: .module)
  init() throws { folder = try TemporaryFolder() }

  @Test(arguments: ["folded.onnx", "plain.onnx", "backbone.safetensors"])
  func `embeddings are PyTorch's, from ONNX and from a checkpoint`(file: String) throws {
    let golden = try Golden("face-recognition.safetensors", in: .module)
    let weights = try FaceRecognition.checkpoint(path: "\(files)/\(file)").weights
    let network = try IResNet(weights)
    try weights.requireAllConsumed(ignoring: IResNet.ignoredKeys)
    #expect(network.inputSize == 112 && network.width == 6)
    let recorder = PlanRecorder(name: "face")
    recorder.output("embedding", network(recorder.input("image", [1, 3, 112, 112])))
    let plan = recorder.finish()
    for device in try goldenDevices() {
      let found = try device.compile(plan, precision: .fp32).run(["image": try golden["image"]])
      let comparison = Comparison(found["embedding"]!, try golden["embedding"])
      #expect(comparison.relativeMaximumError <= 2e-4, "\(comparison)")
    }
  }

  @Test func `published sizes have as many numbers as insightface's IResNet-50`() throws {
    let weights = WeightScope.random()
    let network = try IResNet(weights)
    #expect(network.inputSize == 112 && network.width == 512)
    let count = weights.requirements.filter { !$0.key.contains("running_") }
      .reduce(0) { $0 + $1.shape.reduce(1, *) }
    #expect(count == 43_590_848)
  }

  /// A picture whose colours are the places of its pixels.
  private func ramp(_ width: Int, _ height: Int) -> BytePicture {
    var picture = BytePicture(width: width, height: height, channels: 3)
    for index in 0..<width * height {
      picture.samples[3 * index] = UInt8(index % width)
      picture.samples[3 * index + 1] = UInt8(index / width)
      picture.samples[3 * index + 2] = 255
    }
    return picture
  }

  @Test func `eyes, nose and mouth come to their places`() throws {
    // The template, twice as large, turned and shifted; landmarks count from the edge of the first pixel.
    let placed = Similarity(scale: 1.4, radians: 0.3, shift: Point(60, 20))
    let template = FaceRecognition.template.map { placed($0) + Point(0.5, 0.5) }
    var points = [Point](repeating: Point(0, 0), count: Landmarks.count)
    for index in 0...1 { points[index] = template[0] }
    for index in 2...3 { points[index] = template[1] }
    (points[4], points[8], points[9]) = (template[2], template[3], template[4])
    let aligned = try #require(
      FaceRecognition.aligned(ramp(250, 250), landmarks: Landmarks(points: points), size: 112))
    for target in [Point(38, 52), Point(74, 52), Point(56, 72), Point(100, 100)] {
      let index = 3 * (Int(target.y) * 112 + Int(target.x))
      let source = placed(target)
      #expect(abs(Double(aligned.samples[index]) - source.x) <= 1)
      #expect(abs(Double(aligned.samples[index + 1]) - source.y) <= 1)
    }
    let nowhere = Landmarks(points: [Point](repeating: Point(3, 3), count: Landmarks.count))
    #expect(FaceRecognition.aligned(ramp(9, 9), landmarks: nowhere, size: 112) == nil)
  }

  /// What is said about a file with these bytes; nil where a network can be made of it.
  private func complaint(_ bytes: [UInt8]) throws -> String? {
    let path = try folder.write(bytes, to: "network.onnx")
    do throws(WeightsError) {
      let weights = try FaceRecognition.checkpoint(path: path).weights
      let network = try IResNet(weights)
      try weights.requireAllConsumed(ignoring: IResNet.ignoredKeys)
      let recorder = PlanRecorder(name: "face")
      let size = network.inputSize
      recorder.output("embedding", network(recorder.input("image", [1, 3, size, size])))
      return nil
    } catch {
      #expect(error.exitCode == .badInput && !error.description.contains("\n"))
      return error.description
    }
  }

  private func bytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: "\(files)/\(name)")))
  }

  /// `bytes` with the first text `old` replaced, of the same length, which comes before it.
  private func replaced(_ bytes: [UInt8], _ old: String, _ new: String) throws -> [UInt8] {
    let range = try #require(
      bytes.firstRange(of: [UInt8(old.utf8.count)] + Array(old.utf8)), "\(old)")
    var bytes = bytes
    bytes.replaceSubrange(range.dropFirst(), with: new.utf8)
    return bytes
  }

  @Test func `another graph is refused`() throws {
    let intact = try bytes("folded.onnx")
    #expect(try complaint(intact) == nil)
    for (old, new) in [
      ("PRelu", "Swish"), ("Flatten", "Unknown"), ("Gemm", "Gelu"), ("Add", "Sub"),
      ("Identity", "Negation"),
      ("transB", "transC"), ("pads", "pods"),
    ] {
      let said = try complaint(try replaced(intact, old, new))
      #expect(said?.contains("use w600k_r50.onnx") == true, "\(old): \(said ?? "accepted")")
    }
    // A ring of operations that make nothing.
    let tail = Array("\u{11}layer2.0.bn1.bias".utf8)
    let link = try #require(
      intact.firstRange(of: Array("\n\u{11}layer1.1.bn1.bias\u{12}".utf8) + tail))
    var ring = intact
    ring.replaceSubrange(link.lowerBound + 1..<link.lowerBound + 19, with: tail)
    #expect(try complaint(ring)?.contains("layer2.0.bn1.bias") == true)
    #expect(try complaint(Array(intact.prefix(intact.count / 2)))?.contains("download") == true)
    #expect(try complaint(Array("version https://git-lfs.github.com/spec/v1\n".utf8)) != nil)
  }

  @Test func `mutations are refused or read, and never crash`() throws {
    let intact = try bytes("folded.onnx")
    var generator = Numbers(state: 9)
    var refused = 0
    for _ in 0..<150 {
      var mutant = intact
      for _ in 0...Int.random(in: 0..<3, using: &generator) {
        let index = Int.random(in: 0..<mutant.count, using: &generator)
        switch Int.random(in: 0..<5, using: &generator) {
        case 0: mutant[index] = UInt8.random(in: 0...255, using: &generator)
        case 1: mutant.removeSubrange(index...)
        case 2: mutant.remove(at: index)
        case 3: mutant.insert(contentsOf: [0xFF, 0xFF, 0xFF, 0xFF, 0x7F], at: index)
        default:
          let end = min(index + 200, mutant.count)
          mutant.insert(contentsOf: mutant[index..<end], at: index)
        }
        if mutant.isEmpty { mutant = [8] }
      }
      if try complaint(mutant) != nil { refused += 1 }
    }
    #expect(refused > 75)
  }

  private struct Numbers: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state ^ (state >> 29)
    }
  }
}
