import Glibc
import MediaTypes

/// An output that appears under its final name only when it is complete and on disk.
///
/// It is written under a hidden name in the same folder (`.NAME.PROCESS.part`); what a killed process left there
/// is removed by the next one that writes the same output.
struct PendingFile {
  let path: String
  let temporaryPath: String
  private let overwrite: Bool

  /// Creates the temporary file; throws 73 where that is impossible or `path` exists and must stay.
  init(_ path: String, overwrite: Bool) throws {
    self.path = path
    self.overwrite = overwrite
    var status = stat()
    if stat(path, &status) == 0 {
      guard status.st_mode & S_IFMT != S_IFDIR else {
        throw MediaError(
          .cannotCreateOutput, "a folder has this name", path, "choose another name")
      }
      guard overwrite else { throw MediaError.writing(path, errno: EEXIST) }
    }
    let (folder, name) = Self.split(path)
    Self.removeLeftovers(of: name, in: folder)
    temporaryPath = "\(folder)/.\(name).\(getpid()).part"
    let descriptor = open(temporaryPath, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw MediaError.writing(path, errno: errno) }
    close(descriptor)
  }

  /// Syncs the closed temporary file, gives it its final name and syncs the folder.
  ///
  /// Throws 74 for a full disk, 73 where another file has taken the name meanwhile; then nothing is left behind.
  func commit() throws {
    do {
      try Self.synchronize(temporaryPath, reportedAs: path)
      try takeName()
      guard DurableFolder.synchronize(Self.split(path).folder) else {
        throw MediaError.writing(path, errno: errno)
      }
    } catch {
      discard()
      throw error
    }
  }

  private func takeName() throws {
    // Unlike a rename, a link never replaces what came meanwhile.
    if !overwrite, link(temporaryPath, path) == 0 {
      unlink(temporaryPath)
      return
    }
    guard overwrite || errno == EPERM || errno == EOPNOTSUPP || errno == EMLINK else {
      throw MediaError.writing(path, errno: errno)
    }
    guard rename(temporaryPath, path) == 0 else { throw MediaError.writing(path, errno: errno) }
  }

  /// Removes the temporary file.
  func discard() { unlink(temporaryPath) }

  private static func synchronize(_ path: String, reportedAs shown: String) throws {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw MediaError.writing(shown, errno: errno) }
    defer { close(descriptor) }
    // EINVAL: a file system without sync.
    guard fsync(descriptor) == 0 || errno == EINVAL else {
      throw MediaError.writing(shown, errno: errno)
    }
  }

  private static func split(_ path: String) -> (folder: String, name: String) {
    guard let slash = path.lastIndex(of: "/") else { return (".", path) }
    let folder = slash == path.startIndex ? "/" : String(path[..<slash])
    return (folder, String(path[path.index(after: slash)...]))
  }

  private static func removeLeftovers(of name: String, in folder: String) {
    for (entry, process) in unfinishedFiles(of: name, in: folder) {
      if kill(process, 0) != 0, errno == ESRCH { unlink("\(folder)/\(entry)") }
    }
  }

  private static func unfinishedFiles(
    of name: String, in folder: String
  ) -> [(entry: String, process: Int32)] {
    let names = (try? fileNames(in: folder)) ?? []
    return names.compactMap { entry in
      guard entry.hasPrefix(".\(name)."), entry.hasSuffix(".part") else { return nil }
      let number = Int32(entry.dropFirst(name.count + 2).dropLast(5))
      return number.map { (entry, $0) }
    }
  }

  /// Removes what writers of `path` have left, whether or not a process has the number of one of them now.
  static func removeAllLeftovers(of path: String) {
    let (folder, name) = split(path)
    for (entry, _) in unfinishedFiles(of: name, in: folder) { unlink("\(folder)/\(entry)") }
  }
}

/// Removes unfinished files of writers of `output` that were killed.
///
/// Only for who knows that nobody writes it now, as by a lock.
public func removeUnfinishedFiles(of output: String) {
  PendingFile.removeAllLeftovers(of: output)
}

/// Names of everything in `folder`, in no order.
func fileNames(in folder: String) throws -> [String] {
  guard let stream = opendir(folder) else { throw MediaError.reading(folder, errno: errno) }
  defer { closedir(stream) }
  var names: [String] = []
  while let entry = readdir(stream) {
    let name = withUnsafePointer(to: &entry.pointee.d_name) {
      $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
    }
    if name != "." && name != ".." { names.append(name) }
  }
  return names
}
