import ArgumentParser
import Batch
import Foundation
import Runtime

/// `avatar batch schema`: the manifests' JSON Schema, for editors.
struct BatchSchemaCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema",
    abstract: "Print the JSON Schema of manifests.",
    discussion: """
      Editors that know YAML check and complete manifests with it, when a manifest begins with:
        # yaml-language-server: $schema=batch-1.schema.json

      Example:
        avatar batch schema > batch-1.schema.json
      """)

  func run() throws {
    try StandardStreams.write(Data(ManifestSchema.text(for: JobKinds.all()).utf8))
  }
}
