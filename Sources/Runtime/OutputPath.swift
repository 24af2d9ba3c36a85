import Foundation
import Glibc
import MediaTypes

/// Checks on the place where an output is to appear, made before any work.
enum OutputPath {
  /// What an output's path was given by, and so is to be mended.
  enum Origin {
    case option, manifest

    var nameFile: String {
      self == .option ? "name a file with -o" : "set output to a file in the manifest"
    }
    var chooseAnother: String {
      self == .option ? "choose another with -o" : "set another output in the manifest"
    }
  }

  /// Refuses an output that exists (without `force`), is a folder or device, is one of `inputs`, or lies where
  /// nothing can be written.
  ///
  /// - Throws: `RuntimeError` with exit code 73.
  static func check(
    _ path: String, force: Bool, inputs: [String] = [], namedBy origin: Origin = .option
  ) throws {
    if path.hasSuffix("/") {
      throw RuntimeError.cannotCreate("output \(path): is a folder: \(origin.nameFile)")
    }
    let parent = FilePath.folder(of: path)
    var isFolder: ObjCBool = false
    let files = FileManager.default
    guard files.fileExists(atPath: parent, isDirectory: &isFolder), isFolder.boolValue else {
      throw RuntimeError.cannotCreate("output \(path): its folder does not exist: create \(parent)")
    }
    guard access(parent, W_OK | X_OK) == 0 else {
      throw RuntimeError.cannotCreate(
        "output \(path): its folder can't be written: \(origin.chooseAnother)")
    }
    for folder in inputs.compactMap(status) where folder.st_mode & S_IFMT == S_IFDIR {
      guard let here = status(parent), (here.st_dev, here.st_ino) == (folder.st_dev, folder.st_ino)
      else { continue }
      throw RuntimeError.cannotCreate(
        "output \(path): lies in the folder of input pictures: \(origin.chooseAnother)")
    }
    for other in inputs where status(other) == nil && place(other) == place(path) {
      throw RuntimeError.cannotCreate(
        "output \(path): is also the name of another output: \(origin.chooseAnother)")
    }
    guard let existing = status(path) else { return }
    if existing.st_mode & S_IFMT == S_IFDIR {
      throw RuntimeError.cannotCreate("output \(path): is a folder: \(origin.nameFile)")
    }
    guard existing.st_mode & S_IFMT == S_IFREG else {
      throw RuntimeError.cannotCreate("output \(path): not a regular file: \(origin.nameFile)")
    }
    for input in inputs.compactMap(status)
    where (input.st_dev, input.st_ino) == (existing.st_dev, existing.st_ino) {
      throw RuntimeError.cannotCreate(
        "output \(path): is also an input, which would be lost: \(origin.chooseAnother)")
    }
    if !force {
      throw RuntimeError.cannotCreate("output \(path): exists already: use --force to replace it")
    }
  }

  /// Makes the folder of `path` with all above it, each on disk before the next: an output must not vanish with its folder.
  ///
  /// - Throws: `RuntimeError`: 74 for a full disk, else 73.
  static func createFolder(of path: String) throws {
    guard !DurableFolder.create(FilePath.folder(of: path)) else { return }
    let reason = String(cString: strerror(errno))
    let isFull = errno == ENOSPC || errno == EDQUOT
    throw RuntimeError(
      "output \(path): its folder can't be created (\(reason)): "
        + (isFull ? "free some space" : "check the permissions of the folders above it"),
      exitCode: isFull ? .inputOutputError : .cannotCreateOutput)
  }

  /// Whether a folder lies at `path`.
  static func isFolder(_ path: String) -> Bool {
    status(path).map { $0.st_mode & S_IFMT == S_IFDIR } ?? false
  }

  /// The same for two names of one place.
  private static func place(_ path: String) -> String {
    URL(fileURLWithPath: path).resolvingSymlinksInPath().standardizedFileURL.path
  }

  private static func status(_ path: String) -> stat? {
    var status = stat()
    return stat(path, &status) == 0 ? status : nil
  }
}

extension SpeakRequest {
  /// Notes what lies at the output's place now, which is the batch's own.
  mutating func rememberReplacedFile() {
    replacedFile = replacesOutput ? try? FileIdentity.describe(output) : nil
  }

  /// Refuses to replace another file than that.
  ///
  /// - Throws: `RuntimeError`, 73.
  func checkReplacedFile() throws {
    guard let replacedFile, let now = try? FileIdentity.describe(output), now != replacedFile else {
      return
    }
    throw RuntimeError.cannotCreate(
      "output \(output): another file came there while the job was at work: move it away, or name "
        + "another output")
  }
}
