import Compute
import Foundation
public import LipSync
import MediaTypes
public import ModelStore

/// Runs each network of a model on a fixed input and looks at what comes out: the first thing to do with weights on a new machine.
///
/// Nobody knows the right output here; but it has to be finite, of a sane size, not all the same, the same twice, and nearly the same in bf16.
public struct ModelTrial: Sendable {
  private let threads: Int
  private let progress: ProgressHandler

  /// `threads`: all cores where nil.
  public init(threads: Int? = nil, progress: @escaping ProgressHandler = { _ in }) {
    self.threads = threads ?? ResourceUsage.availableCores
    self.progress = progress
  }

  /// Tries `mini`, an installed model or a `models/` folder.
  ///
  /// Throws `ModelStoreError` where it isn't there, `WeightsError` where it isn't its networks' weights, and `CancelledError`.
  public func run(
    _ name: String, in store: ModelStore, cancellation: Cancellation = Cancellation()
  ) throws -> Report {
    var networks: [NetworkReport] = []
    for (network, path) in try members(of: name, in: store) {
      try cancellation.check()
      progress(.stage(name: "trying \(network.name)", total: 0))
      let source = NetworkCatalog.source(of: network, path)
      networks.append(try NetworkTrial(network, device: CPUDevice(threads: threads)).run(source))
    }
    return Report(model: name, threads: threads, networks: networks)
  }

  private func members(
    of name: String, in store: ModelStore
  ) throws -> [(any CatalogedNetwork, String?)] {
    guard name != "mini" else {
      return try ["mini-articulation", "mini-landmarks", "mini-painter"].map {
        (try NetworkCatalog.find($0), nil)
      }
    }
    let model = try store.locate(name)
    return try model.parts.flatMap { part in
      try Self.networks(of: part.role, in: model.published).map {
        (try NetworkCatalog.find($0), part.weights)
      }
    }
  }

  private static func networks(of role: ModelRole, in model: PublishedModel) -> [String] {
    switch role {
    case .unet where model.purpose == .lipSync: ["musetalk-unet"]
    case .unet:
      [model.parts.contains { $0.role == .referenceNet } ? "musev-referencenet-unet" : "musev-unet"]
    case .vae: ["vae-encoder", "vae-decoder"]
    case .whisper: ["whisper-encoder"]
    case .landmarks: ["dwpose"]
    case .faceDetector: ["s3fd"]
    case .faceParser: ["bisenet"]
    case .referenceNet: ["musev-referencenet"]
    case .imageProjection: ["musev-image-projection"]
    case .imageEncoder: ["clip-vision"]
    case .faceRecognition: ["arcface"]
    case .controlNet: ["controlnet"]
    // It is no network by itself.
    case .imagePrompt: []
    }
  }
}

extension ModelTrial {
  /// What the trial of a model showed: enough to find a defect from afar.
  public struct Report: Sendable, Encodable {
    public let model: String
    public let version = Version.current
    public let processor = DoctorReport.processorName
    public let instructionSet = InstructionSet.name
    public let threads: Int
    public let networks: [NetworkReport]

    public var passed: Bool { networks.allSatisfy { $0.problems.isEmpty } }

    private enum CodingKeys: String, CodingKey {
      case model, version, processor
      case instructionSet = "instruction_set"
      case threads, networks
    }

    public var text: String {
      let head = "avatar \(version), \(processor), \(instructionSet), \(threads) threads"
      return ([head] + networks.map(\.text)).joined(separator: "\n")
    }
  }

  /// What one network gave.
  public struct NetworkReport: Sendable, Encodable {
    public let network: String
    /// In fp32, one run.
    public let seconds: Double
    public let outputs: [OutputReport]
    /// What is wrong, in words; empty if nothing.
    public let problems: [String]

    public var text: String {
      let mark = problems.isEmpty ? "ok     " : "FAILED "
      let head = "\(mark)\(network), \(String(format: "%.2f", seconds)) s"
      return ([head] + outputs.map { "         \($0.text)" } + problems.map { "         \($0)" })
        .joined(separator: "\n")
    }
  }

  /// One output of a network in figures.
  public struct OutputReport: Sendable, Encodable {
    public let name: String
    public let shape: [Int]
    public let minimum: Double
    public let maximum: Double
    public let mean: Double
    public let deviation: Double
    /// Root mean square of the difference between bf16 and fp32, as a part of fp32's; nil where it is not finite.
    public let bf16Difference: Double?

    private enum CodingKeys: String, CodingKey {
      case name, shape, minimum, maximum, mean, deviation
      case bf16Difference = "bf16_difference"
    }

    public var text: String {
      let numbers = [minimum, maximum, mean, deviation].map { String(format: "%.4g", $0) }
      let bf16 =
        bf16Difference.map { String(format: ", bf16 differs by %.2f %%", 100 * $0) }
        ?? ", bf16 is not finite"
      return "\(name) \(shape): \(numbers[0]) to \(numbers[1]), mean \(numbers[2]), "
        + "deviation \(numbers[3])\(bf16)"
    }
  }
}
