public import Foundation
import MediaTypes

/// The models on this machine: `$AVATAR_HOME/models`, with a record for each model that is installed.
///
/// The folder has the layout of MuseTalk's own `models/`, so that what models share is stored once. Files of installed models may also lie elsewhere: in Hugging
/// Face's cache, in torch.hub's, in a folder that was imported.
public struct ModelStore: Sendable {
  /// Where files are downloaded to.
  public let folder: String
  /// The models that can be installed.
  public let models: [PublishedModel]
  let environment: [String: String]

  /// The store of this user.
  public init(
    environment: [String: String] = ProcessInfo.processInfo.environment,
    models: [PublishedModel] = ModelTable.models
  ) {
    folder = "\(AvatarHome.folder(environment: environment))/models"
    self.models = models
    self.environment = environment
  }

  /// What `--model` names, in this user's store; see the method of the same name.
  public static func locate(_ name: String) throws(ModelStoreError) -> InstalledModel {
    try ModelStore().locate(name)
  }

  /// The published model called `name`; throws `ModelStoreError.unknown`.
  public func published(_ name: String) throws(ModelStoreError) -> PublishedModel {
    guard let model = models.first(where: { $0.name == name }) else {
      throw .unknown(name: name, known: models.map(\.name))
    }
    return model
  }

  /// The files of the model called `name`, or of the `models/` folder at that path.
  ///
  /// Reads no weights. Throws `ModelStoreError` with 69 where the model or some of its files are not there: `.notInstalled`, `.damaged`,
  /// `.incompleteFolder`, `.unknown`; and `.embedded` for mini, which has no files.
  public func locate(_ name: String) throws(ModelStoreError) -> InstalledModel {
    guard let model = models.first(where: { $0.name == name }) else {
      guard isFolder(name) else { throw .unknown(name: name, known: models.map(\.name)) }
      return try locate(folder: name)
    }
    if model.isEmbedded { throw .embedded(name: name) }
    guard let record = try record(of: model) else {
      throw .notInstalled(model: name, missing: missingFiles(of: model, in: places))
    }
    let changed = record.files.filter { size(absolute($0.path)) != $0.byteCount }
    guard changed.isEmpty else {
      throw .damaged(model: name, files: changed.map { absolute($0.path) })
    }
    let parts = record.parts.map { part in
      InstalledModel.Part(
        role: part.role, weights: absolute(part.weights.path),
        configuration: part.configuration.map { absolute($0.path) }, sha256: part.weights.sha256)
    }
    return InstalledModel(name: name, published: model, parts: parts)
  }

  /// The model in the `models/` folder at `path`, as upstream lays it out; nothing is recorded or compared with checksums.
  ///
  /// It is the first model of the table whose UNet is there. Parts that the folder lacks are taken from the store, Hugging Face's cache or torch.hub's: S3FD
  /// never lies in upstream's folder, and a folder with only a UNet of one's own is enough. Throws `ModelStoreError`, `.incompleteFolder` or
  /// `.unrecognisedFolder`.
  public func locate(folder path: String) throws(ModelStoreError) -> InstalledModel {
    let place = ModelPlace(path: path, layout: .upstream)
    let model = candidates.first { model in
      model.parts.contains { $0.role == .unet && place.find($0) != nil }
    }
    guard let model else { throw lacking([place], completedBy: places) }
    let parts = model.parts.compactMap { part in
      find(part, in: [place] + places).map { found in
        InstalledModel.Part(
          role: part.role, weights: found.weights.path,
          configuration: found.configuration?.path, sha256: nil)
      }
    }
    guard parts.count == model.parts.count else {
      throw .incompleteFolder(
        folder: path, model: model.name, missing: missingFiles(of: model, in: [place] + places))
    }
    return InstalledModel(name: path, published: model, parts: parts)
  }
}

extension PublishedModel {
  /// By which a folder is known to hold the model: its UNet; of what has none, its first part.
  var mainPart: ModelPart? { parts.first { $0.role == .unet } ?? parts.first }
}

extension ModelStore {
  /// The models that lie in folders.
  var candidates: [PublishedModel] { models.filter { !$0.isEmbedded && $0.isRunnable } }

  /// What is wrong with folders in which no candidate's UNet lies: files of the model that they are most like are missing, or there is nothing
  /// of any.
  func lacking(_ folders: [ModelPlace], completedBy others: [ModelPlace]) -> ModelStoreError {
    let path = folders.first?.path ?? ""
    func likeness(_ model: PublishedModel) -> Int {
      model.parts.count { find($0, in: folders) != nil }
        // Its own folder, with whatever is in it, tells more than parts that several models share.
        + (folders.contains { $0.hasFolder(ofUNet: model) } ? models.count : 0)
    }
    let likenesses = candidates.map { ($0, likeness($0)) }
    guard let nearest = likenesses.max(by: { $0.1 < $1.1 }), nearest.1 > 0 else {
      let telltales =
        candidates.flatMap { model in
          model.parts.filter { $0.role == .unet }.map { $0.path(of: $0.weights) }
        } + ["an IP-Adapter's or ControlNet's file as it is published"]
      return .unrecognisedFolder(folder: path, telltales: telltales)
    }
    // Of several alike the first.
    let model = likenesses.first { $0.1 == nearest.1 }?.0 ?? nearest.0
    return .incompleteFolder(
      folder: path, model: model.name, missing: missingFiles(of: model, in: folders + others))
  }

  /// Where files that nobody installed may lie: the store, then what other programs have downloaded.
  var places: [ModelPlace] {
    [ModelPlace(path: folder, layout: .upstream)] + OtherCaches(environment: environment).places
  }

  func find(_ part: ModelPart, in places: [ModelPlace]) -> FoundPart? {
    for place in places {
      if let found = place.find(part) { return found }
    }
    return nil
  }

  func missingFiles(of model: PublishedModel, in places: [ModelPlace]) -> [String] {
    model.parts.filter { find($0, in: places) == nil }
      .flatMap { part in part.files.map(part.path(of:)) }
  }

  func recordPath(of model: PublishedModel) -> String { "\(folder)/\(model.name).json" }

  func record(of model: PublishedModel) throws(ModelStoreError) -> ModelRecord? {
    try ModelRecord.read(recordPath(of: model))
  }

  func absolute(_ path: String) -> String { path.hasPrefix("/") ? path : "\(folder)/\(path)" }

  /// The size of the file at `path`, nil where there is none.
  func size(_ path: String) -> Int? {
    let target = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    let attributes = try? FileManager.default.attributesOfItem(atPath: target)
    return (attributes?[.size] as? NSNumber)?.intValue
  }

  func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
      && isFolder.boolValue
  }
}
