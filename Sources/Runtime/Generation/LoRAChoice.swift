import Diffusion
import MediaTypes
import Weights

/// A LoRA that was asked for, and how much of it.
public struct LoRAChoice: Sendable, Equatable {
  public var path: String
  public var strength = 1.0

  public init(path: String, strength: Double = 1) { (self.path, self.strength) = (path, strength) }

  public static let strengthRange = -10.0...10.0

  /// Reads FILE or FILE:STRENGTH.
  public init(parsing text: String) throws(SpeakOptions.Complaint) {
    path = text
    if let colon = text.lastIndex(of: ":"), let number = Double(text[text.index(after: colon)...]) {
      (path, strength) = (String(text[..<colon]), number)
    }
    guard !path.isEmpty else { throw .init("name a file") }
    guard Self.strengthRange.contains(strength) else { throw .init("use a strength of -10 to 10") }
  }

  /// As it is written on the command line.
  var text: String { "\(path):\(strength)" }
}

/// All LoRAs of a request, opened.
struct LoRAStack {
  private let files: [(file: LoRAFile, strength: Double)]

  /// - Throws: `WeightsError`: 66 where a file is not there, 65 where it is no LoRA.
  init(_ choices: [LoRAChoice]) throws {
    files = try choices.map { (try LoRAFile(Checkpoint(path: $0.path)), $0.strength) }
  }

  /// `weights`, `network`'s, with all that the LoRAs add to them.
  func merged(into weights: WeightScope, _ network: LoRAFile.Network) throws -> WeightScope {
    try files.reduce(weights) { weights, lora in
      guard lora.file.changes(network) else { return weights }
      return weights.changed(
        by: try lora.file.changes(of: network, in: weights, strength: lora.strength))
    }
  }
}
