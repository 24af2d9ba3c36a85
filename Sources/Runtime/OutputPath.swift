import Foundation
import Glibc
import MediaTypes

/// Checks on the place where an output is to appear, made before any work.
enum OutputPath {
  /// Refuses an output that exists (without `force`), is a folder, or lies where nothing can be written.
  ///
  /// - Throws: `RuntimeError` with exit code 73.
  static func check(_ path: String, force: Bool) throws {
    let parent = FilePath.folder(of: path)
    var isFolder: ObjCBool = false
    let files = FileManager.default
    guard files.fileExists(atPath: parent, isDirectory: &isFolder), isFolder.boolValue else {
      throw RuntimeError.cannotCreate("output \(path): its folder does not exist: create \(parent)")
    }
    guard access(parent, W_OK | X_OK) == 0 else {
      throw RuntimeError.cannotCreate(
        "output \(path): its folder can't be written: choose another with -o")
    }
    guard files.fileExists(atPath: path, isDirectory: &isFolder) else { return }
    if isFolder.boolValue {
      throw RuntimeError.cannotCreate("output \(path): is a folder: name a file with -o")
    }
    if !force {
      throw RuntimeError.cannotCreate("output \(path): exists already: use --force to replace it")
    }
  }
}
