import Foundation
import ModelStore

/// Parts of a generation that an option names by the name of a model, not by a path.
enum NamedParts {
  /// Models that look at pictures, and such that hold pictures to others, by their names.
  static let imagePrompts = names(.imagePrompt)
  static let controlNets = names(.control)

  private static func names(_ purpose: PublishedModel.Purpose) -> [String] {
    ModelTable.models.filter { $0.purpose == purpose }.map(\.name)
  }

  static func isName(_ text: String) -> Bool {
    imagePrompts.contains(text) || controlNets.contains(text)
  }

  /// The installed model of this name; nil where `text` is none.
  ///
  /// - Throws: `ModelStoreError`, 69, where it is not installed.
  static func locate(_ text: String, among names: [String]) throws -> InstalledModel? {
    names.contains(text) ? try ModelStore.locate(text) : nil
  }
}

extension GenerateRequest {
  /// Tells one version of installed parts from another, where some are named; empty where none is.
  func namedPartsIdentity() throws -> String {
    let names = [ipAdapter.adapter].compactMap(\.self) + control.choices.map(\.path)
    return try names.filter(NamedParts.isName).flatMap { name in
      try ModelStore.locate(name).parts.map { "\n" + (try FileIdentity.describe($0.weights)) }
    }.joined()
  }
}
