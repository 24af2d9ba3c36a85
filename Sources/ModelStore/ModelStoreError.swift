public import MediaTypes

/// Why a model can't be found, installed, checked or removed.
public enum ModelStoreError: AvatarError, Equatable {
  /// Neither a model nor a folder has this name.
  case unknown(name: String, known: [String])
  /// The model is in the program: there is nothing to install or find.
  case embedded(name: String)
  /// This version of the program can't run the model, so it doesn't install it.
  case notRunnable(name: String)
  /// The model isn't installed; `missing` are its files that are nowhere, as paths in a `models/` folder.
  case notInstalled(model: String, missing: [String])
  /// The model is installed, but these files of it are gone or have another size.
  case damaged(model: String, files: [String])
  /// The folder lacks files of the model.
  case incompleteFolder(folder: String, model: String, missing: [String])
  /// The folder holds nothing of any model; `telltales` are files by which one is known.
  case unrecognisedFolder(folder: String, telltales: [String])
  /// The model has no part for this.
  case roleMissing(model: String, role: String)
  /// The record of what was installed isn't one.
  case unreadableRecord(path: String)
  /// A file isn't what it should be.
  case wrongFile(path: String, reason: String)
  /// A file or folder can't be made.
  case cannotCreate(path: String, reason: String)
  /// A file can't be written to its end.
  case cannotWrite(path: String, reason: String, isFull: Bool)
  /// A file can't be read.
  case unreadable(path: String, reason: String)
  /// Another process is changing the store.
  case locked(path: String)

  public var description: String {
    switch self {
    case .unknown(let name, let known):
      "no model or folder \(name): use \(known.joined(separator: ", ")) or a models folder"
    case .embedded(let name):
      "model \(name): it is in the program and needs no files: use it as it is"
    case .notRunnable(let name):
      "model \(name): this version can't run it, so it isn't installed: use another model"
    case .notInstalled(let model, let missing):
      "model \(model) is not installed\(Self.lacking(missing)): "
        + "type avatar models install \(model), or avatar models import FOLDER if you have it"
    case .damaged(let model, let files):
      "model \(model): gone or changed since it was installed: \(files.joined(separator: ", ")): "
        + "put them back, or type avatar models install \(model)"
    case .incompleteFolder(let folder, let model, let missing):
      "\(folder): not a whole models folder for \(model)\(Self.lacking(missing)): put them there, "
        + "or type avatar models install \(model) --from \(folder) to download them"
    case .unrecognisedFolder(let folder, let telltales):
      "\(folder): holds no model that is known: give MuseTalk's models folder, MuseV's checkpoints or one laid out like them, "
        + "with one of \(telltales.joined(separator: ", "))"
    case .roleMissing(let model, let role):
      "model \(model) has no part \"\(role)\": use a model made for this command"
    case .unreadableRecord(let path):
      "\(path): not a record of an installed model: remove it and install the model again"
    case .wrongFile(let path, let reason): "\(path): \(reason)"
    case .cannotCreate(let path, let reason):
      "\(path): can't be made (\(reason)): set AVATAR_HOME to a folder that you may write to"
    case .cannotWrite(let path, let reason, let isFull):
      "\(path): can't be written (\(reason)): "
        + (isFull ? "free some space and run again" : "check the folder's permissions")
    case .unreadable(let path, let reason):
      "\(path): can't be read (\(reason)): check its permissions"
    case .locked(let path):
      "\(path): another avatar is changing the models: try again when it is done"
    }
  }

  private static func lacking(_ missing: [String]) -> String {
    missing.isEmpty ? "" : ", lacking \(missing.joined(separator: ", "))"
  }

  public var exitCode: ExitCode {
    switch self {
    case .unknown, .notRunnable, .notInstalled, .damaged, .incompleteFolder,
      .unrecognisedFolder, .roleMissing,
      .unreadableRecord:
      .modelNotInstalled
    case .embedded: .usage
    case .wrongFile: .badInput
    case .cannotCreate: .cannotCreateOutput
    case .cannotWrite: .inputOutputError
    case .unreadable: .missingInput
    case .locked: .tryAgainLater
    }
  }
}
