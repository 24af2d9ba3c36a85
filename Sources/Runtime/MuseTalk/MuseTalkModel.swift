import Audio
import Compute
import Diffusion
import Face
import Foundation
import LipSync
import MediaTypes
import ModelStore
import Weights

/// MuseTalk's files: of an installed model, or of a folder in upstream's layout.
struct MuseTalkModel {
  /// Audio tokens of a frame come from this many states of Whisper's encoder.
  private static let window = SpeechWindowLayout.length

  private let installed: InstalledModel
  /// The folder of another autoencoder than the model's own.
  private let autoencoder: String?
  private let sources: [ModelRole: NetworkSource]
  private let otherAutoencoder: NetworkSource?

  /// - Throws: errors with 69 where the model has not all parts, and 66 where the other autoencoder's folder is not there.
  init(_ installed: InstalledModel, autoencoder: String?) throws {
    self.installed = installed
    self.autoencoder = autoencoder
    let roles: [ModelRole] = [.unet, .vae, .whisper, .landmarks, .faceDetector, .faceParser]
    sources = try Dictionary(
      uniqueKeysWithValues: roles.map { ($0, NetworkSource.path(try installed.weights($0))) })
    if let autoencoder, !FileManager.default.fileExists(atPath: autoencoder) {
      throw RuntimeError.missing("--vae \(autoencoder): there is no such folder: check the path")
    }
    otherAutoencoder = autoencoder.map(NetworkSource.path)
  }

  var name: String { installed.name }
  var version: MuseTalkGeometry.Version {
    installed.published.name == "musetalk-1.0" ? .v1_0 : .v1_5
  }

  /// What should be known about the weights that were read so far; one line each.
  var warnings: [String] {
    (sources.values + [otherAutoencoder].compactMap(\.self)).flatMap(\.warnings).sorted()
  }

  /// Tells one version of the weights from another.
  func identity() throws -> String {
    let files = installed.parts.flatMap { [$0.weights] + [$0.configuration].compactMap(\.self) }
    let other = try autoencoder.map { [try FileIdentity.describe($0)] } ?? []
    return ([installed.published.name] + (try files.map(FileIdentity.describe)) + other)
      .joined(separator: "\n")
  }

  /// Tells one version of the weights that prepare faces from another; the UNet has no part in that.
  func preparingIdentity() throws -> String {
    let roles: [ModelRole] =
      [.landmarks, .faceDetector, .faceParser] + (autoencoder == nil ? [.vae] : [])
    let files = try roles.map(installed.part).flatMap {
      [$0.weights] + [$0.configuration].compactMap(\.self)
    }
    let all = files + [autoencoder].compactMap(\.self)
    return ([version.rawValue] + (try all.map(FileIdentity.describe))).joined(separator: "\n")
  }

  private func weights(_ role: ModelRole) throws -> Checkpoint {
    try sources[role]!.checkpoint([], embedded: nil)
  }

  private func configuration(_ role: ModelRole) throws -> ConfigurationFile? {
    try installed.part(role).configuration.map(ConfigurationFile.init(path:))
  }

  /// The networks that paint.
  func networks() throws -> MuseTalkNetworks {
    let weights = try weights(.unet).weights(with: "conv_in.weight")
    let configuration = try configuration(.unet).map(UNetConfiguration.init) ?? .museTalk
    let unet = try UNet2DCondition(weights, configuration: configuration)
    try weights.requireAllConsumed()
    let speech = try speechConfiguration()
    return try MuseTalkNetworks(
      unet: unet, autoencoder: latentAutoencoder(),
      tokens: (count: Self.window * (speech.layers + 1), width: speech.width))
  }

  func latentAutoencoder() throws -> LatentAutoencoder {
    try openLatentAutoencoder(otherAutoencoder ?? sources[.vae]!)
  }

  private func speechConfiguration() throws -> WhisperEncoderConfiguration {
    let configuration = try configuration(.whisper).map(WhisperEncoderConfiguration.init) ?? .tiny
    guard configuration.positions == SpeechWindowLayout.blockLength, configuration.melBins == 80
    else {
      throw RuntimeError.badInput(
        "\(try installed.weights(.whisper)): not a Whisper of 80 mel bands and 1500 positions: "
          + "take whisper-tiny")
    }
    return configuration
  }

  /// The network that hears.
  func speechEncoder(device: any Device) throws -> any CompiledPlan {
    let weights = try weights(.whisper).weights
    let network = try WhisperEncoder(weights, configuration: speechConfiguration())
    return try device.compile(network.statesPlan(), precision: .fp32)
  }

  /// The network that sees where the face's parts are.
  func landmarks(refines: Bool, device: any Device) throws -> WholeBodyLandmarkFinder {
    let weights = RTMPose.network(in: try weights(.landmarks).weights)
    let network = try RTMPose(weights, configuration: .init(detectedIn: weights))
    try weights.requireAllConsumed(ignoring: RTMPose.ignoredKeys)
    return try WholeBodyLandmarkFinder(network, refines: refines, device: device)
  }

  /// The network that sees whether a face is there.
  func detector(longestSide: Int, device: any Device) throws -> S3FDFinder {
    let weights = try weights(.faceDetector).weights(with: "conv1_1.weight")
    let network = try S3FD(weights, configuration: .init(detectedIn: weights))
    try weights.requireAllConsumed()
    return S3FDFinder(network, longestSide: longestSide, device: device)
  }

  /// The network that names the parts of a face.
  func parser(device: any Device, precision: Precision) throws -> FaceParser {
    let weights = try weights(.faceParser).weights(with: "cp.resnet.conv1.weight")
    let configuration = try BiSeNet.Configuration(detectedIn: weights)
    let network = try BiSeNet(weights, configuration: configuration)
    try weights.requireAllConsumed(ignoring: BiSeNet.ignoredKeys)
    return try FaceParser(
      network, classes: configuration.classes, device: device, precision: precision)
  }
}
