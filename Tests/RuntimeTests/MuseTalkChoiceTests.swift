import Compute
import Diffusion
import Face
import Foundation
import Media
import MediaTypes
import TestSupport
import Testing
import Weights

@testable import Runtime

/// `--face` and `--vae` with MuseTalk, on random weights.
struct MuseTalkChoiceTests {
  private let folder: TemporaryFolder
  private let resources: SpeakResources

  init() throws {
    folder = try TemporaryFolder()
    resources = SpeakResources(preparedAvatars: PreparedCache(folder: folder.file("cache")))
    try folder.run("ffmpeg", ["-v", "error", "-f", "lavfi", "-i", "sine=300:d=0.2", "say.wav"])
  }

  /// Two presenters side by side.
  private func makePair() throws {
    let presenters = try Presenter.all().filter { ["amara", "henrik"].contains($0.name) }
    for presenter in presenters { try folder.write(presenter.clip(), to: presenter.file) }
    let inputs = presenters.flatMap { ["-i", $0.file] }
    try folder.run(
      "ffmpeg",
      ["-v", "error"] + inputs + [
        "-filter_complex", "[0]scale=256:256[l];[1]scale=256:256[r];[l][r]hstack", "-frames:v", "6",
        "-an", "two.mp4",
      ])
  }

  private func request(_ output: String) -> SpeakRequest {
    var request = SpeakRequest(audio: folder.file("say.wav"), output: folder.file(output))
    request.avatar = folder.file("two.mp4")
    request.model = MuseTalkNetworkTests.folder
    request.provenance.recordsCommand = false
    request.museTalk.compatibility = .upstream
    return request
  }

  private func speak(_ output: String, face: FaceSelection) throws -> SpeakReport {
    var request = request(output)
    request.face = face
    return try SpeakJob(request, resources: resources).run()
  }

  private func data(_ name: String) throws -> Data {
    try Data(contentsOf: URL(filePath: folder.file(name)))
  }

  @Test func `the chosen face speaks, and a face that is not there is an error`() throws {
    try makePair()
    #expect(try speak("left.mp4", face: .left).framesWithFace == 5)
    _ = try speak("right.mp4", face: .right)
    _ = try speak("first.mp4", face: .number(1))
    #expect(try data("left.mp4") != data("right.mp4"))
    #expect(try data("left.mp4") == data("first.mp4"))
    let error = #expect(throws: FaceError.self) { try speak("no.mp4", face: .number(3)) }
    #expect(error?.exitCode == .badInput)
    #expect(throws: (any Error).self) { try speak("no.mp4", face: .picture("/nobody.png")) }
  }

  /// A TAESD of random weights in diffusers' layout, without its configuration's rare fields.
  private func makeTinyAutoencoder() throws {
    let fields = """
      {"_class_name": "AutoencoderTiny", "encoder_block_out_channels": [4, 4, 4, 4],
       "decoder_block_out_channels": [4, 4, 4, 4]}
      """
    try folder.run("mkdir", ["taesd"])
    try folder.write(fields.utf8, to: "taesd/config.json")
    let file = try ConfigurationFile(path: folder.file("taesd/config.json"))
    let configuration = try AutoencoderTinyConfiguration(file)
    let weights = WeightScope.random()
    _ = try AutoencoderTinyEncoder(weights, configuration: configuration)
    _ = try AutoencoderTinyDecoder(weights, configuration: configuration)
    var tensors: [String: HostTensor] = [:]
    for requirement in weights.requirements {
      var tensor = HostTensor(shape: requirement.shape)
      for place in tensor.values.indices {
        tensor.values[place] = Float((place * 7919 + 13) % 101) / 100 - 0.5
      }
      tensors[requirement.key] = tensor
    }
    try folder.write(
      SafetensorsWriter.encode(tensors),
      to: "taesd/diffusion_pytorch_model.safetensors")
  }

  @Test func `another autoencoder paints, and what is none is an error`() throws {
    try folder.run(
      "ffmpeg",
      ["-v", "error", "-f", "lavfi", "-i", "testsrc=s=160x128:r=25:d=0.4", "two.mp4"])
    try makeTinyAutoencoder()
    func speak(_ output: String, _ autoencoder: String?) throws -> SpeakReport {
      var request = request(output)
      request.museTalk.autoencoder = autoencoder
      return try SpeakJob(request, resources: resources).run()
    }
    let own = try speak("own.mp4", nil)
    let tiny = try speak("tiny.mp4", folder.file("taesd"))
    #expect(tiny.framesWithFace == own.framesWithFace && tiny.prepared != own.prepared)
    #expect(try data("tiny.mp4") != data("own.mp4"))
    let same = try speak("same.mp4", "\(MuseTalkNetworkTests.folder)/sd-vae")
    #expect(same.frames == own.frames)
    #expect(try data("same.mp4") == data("own.mp4"))
    let missing = #expect(throws: RuntimeError.self) { try speak("no.mp4", "/nowhere") }
    #expect(missing?.exitCode == .missingInput)
    let wrong = "\(MuseTalkNetworkTests.folder)/whisper"
    #expect(throws: (any Error).self) { try speak("no.mp4", wrong) }
  }
}
