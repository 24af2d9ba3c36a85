import Foundation

extension GenerateRequest {
  /// Tells what this makes from what any other request, program or version of a model makes.
  ///
  /// - Throws: errors of models and files that are not there.
  func key() throws -> String {
    var request = self
    // These decide no bytes.
    (request.threads, request.replacesOutput, request.keepsUnfinishedWork) = (nil, false, false)
    (request.preview, request.previewAutoencoder) = (nil, nil)
    let lines =
      try [
        "avatar \(Version.current) \(InstructionSet.name)",
        "build \(FileIdentity.describe("/proc/self/exe"))", "model \(modelIdentity())",
        // All of its properties, those to come, too.
        String(reflecting: request),
        // What is not there is told about where it is needed.
      ] + inputs.flatMap(Self.files).map { (try? FileIdentity.describe($0)) ?? "no \($0)" }
    return lines.joined(separator: "\n")
  }

  /// The file or folder itself, and the folders in it: models are folders of networks.
  private static func files(_ path: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path))?.sorted() ?? []
    return [path] + names.map { "\(path)/\($0)" }.filter(OutputPath.isFolder)
  }
}
