public import Diffusion
import Foundation
import MediaTypes
import Weights

/// A LoRA that was asked for, and how much of it.
public struct LoRAChoice: Sendable, Equatable {
  public var path: String
  public var strength = 1.0
  /// How much of that in each block; nil: all.
  public var blocks: LoRABlockWeights?

  public init(path: String, strength: Double = 1) { (self.path, self.strength) = (path, strength) }

  public static let strengthRange = -10.0...10.0

  /// Reads FILE, FILE:STRENGTH, FILE:lbw=NUMBERS or FILE:STRENGTH:lbw=NUMBERS.
  public init(parsing text: String) throws(SpeakOptions.Complaint) {
    path = text
    if let mark = text.range(of: Self.blockMark, options: .backwards) {
      let numbers = text[mark.upperBound...].split(
        separator: ",", omittingEmptySubsequences: false
      ).map { Double($0) }
      guard !numbers.contains(where: { $0.map(Self.strengthRange.contains) != true }),
        let blocks = LoRABlockWeights(numbers.compactMap(\.self))
      else { throw .init("write 17 or 26 numbers of -10 to 10 after lbw=") }
      (path, self.blocks) = (String(text[..<mark.lowerBound]), blocks)
    }
    if let colon = path.lastIndex(of: ":"), let number = Double(path[path.index(after: colon)...]) {
      (path, strength) = (String(path[..<colon]), number)
    }
    guard !path.isEmpty else { throw .init("name a file") }
    guard Self.strengthRange.contains(strength) else { throw .init("use a strength of -10 to 10") }
  }

  private static let blockMark = ":lbw="

  /// As it is written on the command line.
  var text: String {
    "\(path):\(strength)"
      + (blocks.map {
        Self.blockMark + $0.values.map { "\($0)" }.joined(separator: ",")
      } ?? "")
  }
}

/// All LoRAs of a request, opened.
struct LoRAStack {
  private let files: [(file: LoRAFile, choice: LoRAChoice)]

  /// - Throws: `WeightsError`: 66 where a file is not there, 65 where it is no LoRA.
  init(_ choices: [LoRAChoice]) throws {
    files = try choices.map { (try LoRAFile(Checkpoint(path: $0.path)), $0) }
  }

  /// `weights`, `network`'s, with all that the LoRAs add to them.
  func merged(into weights: WeightScope, _ network: LoRAFile.Network) throws -> WeightScope {
    try files.reduce(weights) { weights, lora in
      guard lora.file.changes(network) else { return weights }
      return weights.changed(
        by: try lora.file.changes(
          of: network, in: weights, strength: lora.choice.strength, blocks: lora.choice.blocks))
    }
  }
}
