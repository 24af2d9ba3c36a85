import Foundation
import MediaTypes

/// A folder in which parts of models may lie, and how it is laid out.
struct ModelPlace: Sendable, Equatable {
  enum Layout {
    /// MuseTalk's `models/` folder, which the store's own folder is laid out like.
    case upstream
    /// Hugging Face's cache: `models--ORGANISATION--NAME/snapshots/COMMIT/FILE`.
    case huggingFaceCache
    /// What `torch.hub` keeps of single files.
    case torchHub
  }

  let path: String
  let layout: Layout

  /// The part's files here, nil unless all of them are.
  func find(_ part: ModelPart) -> FoundPart? {
    for folder in folders(of: part) {
      guard let weights = Self.file(part.weights, in: folder) else { continue }
      guard let wanted = part.configuration else {
        return FoundPart(weights: weights, configuration: nil)
      }
      if let configuration = Self.file(wanted, in: folder) {
        return FoundPart(weights: weights, configuration: configuration)
      }
    }
    return nil
  }

  /// Whether the folder of the model's UNet is here, whatever is in it.
  func hasFolder(ofUNet model: PublishedModel) -> Bool {
    model.parts.filter { $0.role == .unet }.flatMap(folders).contains { folder in
      var isFolder: ObjCBool = false
      return FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder)
        && isFolder.boolValue
    }
  }

  private func folders(of part: ModelPart) -> [String] {
    switch (layout, part.weights.origin) {
    case (.upstream, _): ([part.folder] + part.otherFolders).map { "\(path)/\($0)" }
    case (.huggingFaceCache, .huggingFace(let repository, let file, let revision)):
      snapshots(of: repository, revision: revision).map { snapshot in
        file.contains("/") ? "\(snapshot)/\(FilePath.folder(of: file))" : snapshot
      }
    case (.torchHub, .web): [path]
    default: []
    }
  }

  /// The snapshot that `revision` names comes first.
  private func snapshots(of repository: String, revision: String) -> [String] {
    let name = "models--" + repository.split(separator: "/").joined(separator: "--")
    let folder = "\(path)/\(name)"
    let commit = (try? String(contentsOfFile: "\(folder)/refs/\(revision)", encoding: .utf8))
      .map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }
    let all =
      ((try? FileManager.default.contentsOfDirectory(atPath: "\(folder)/snapshots")) ?? []).sorted()
    return (all.filter { $0 == commit } + all.filter { $0 != commit }).map {
      "\(folder)/snapshots/\($0)"
    }
  }

  private static func file(_ file: PublishedFile, in folder: String) -> FoundFile? {
    for name in [file.name] + file.otherNames {
      var isFolder: ObjCBool = false
      let path = "\(folder)/\(name)"
      if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue {
        return FoundFile(path: path, published: file, isPublishedForm: name == file.name)
      }
    }
    return nil
  }
}

/// The files of a part in one folder.
struct FoundPart: Sendable, Equatable {
  let weights: FoundFile
  let configuration: FoundFile?

  var files: [FoundFile] { [weights] + (configuration.map { [$0] } ?? []) }
}

/// A file that was found where one of a model's would lie.
struct FoundFile: Sendable, Equatable {
  let path: String
  let published: PublishedFile
  /// Whether it has the published file's own name, and so should have its bytes.
  let isPublishedForm: Bool
}
