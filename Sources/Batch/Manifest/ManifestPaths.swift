import Glibc
import MediaTypes

/// Paths of a manifest made absolute, and what the disk says of them, asked once each.
final class ManifestPaths {
  /// What lies where an input is named; `place` is the same text for the same file, whatever way leads there.
  enum Input {
    case file(place: String)
    case folder(place: String)
    case missing(place: String, reason: String)
  }

  /// Where an output goes; `place` as an input's would be.
  enum Output {
    case possible(place: String)
    case impossible(reason: String)
  }

  private let base: String
  private var folders: [String: Folder] = [:]
  private var inputs: [String: Input] = [:]

  private struct Folder {
    /// Without links as far as it exists.
    var path: String
    /// Whether everything of it that exists is folders.
    var isPossible: Bool
  }

  /// `manifest` is the manifest's own path; relative paths begin in its folder.
  init(manifest: String) {
    let folder = FilePath.folder(of: manifest)
    base = Self.realPath(folder) ?? folder
  }

  /// The manifest's folder.
  var baseFolder: String { base }

  /// `path` from the root, without empty and `.` components; `..` stays, because what is before it may be a link.
  func absolute(_ path: String) -> String {
    let whole = path.hasPrefix("/") ? path : "\(base)/\(path)"
    let slashed = zip(whole.utf8, whole.utf8.dropFirst()).contains { first, second in
      first == UInt8(ascii: "/") && (second == first || second == UInt8(ascii: "."))
    }
    guard slashed else { return whole }
    return "/" + whole.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
  }

  /// Looks for the input at an absolute `path`.
  func input(_ path: String) -> Input {
    if let known = inputs[path] { return known }
    let input = look(path)
    inputs[path] = input
    return input
  }

  private func look(_ path: String) -> Input {
    var status = stat()
    guard lstat(path, &status) == 0 else { return missing(path, errno) }
    let kind = status.st_mode & S_IFMT
    guard access(path, R_OK) == 0 else { return missing(path, errno) }
    if kind == S_IFREG { return .file(place: place(path)) }
    guard stat(path, &status) == 0, let real = Self.realPath(path) else {
      return missing(path, errno)
    }
    return status.st_mode & S_IFMT == S_IFDIR ? .folder(place: real) : .file(place: real)
  }

  private func missing(_ path: String, _ number: Int32) -> Input {
    let reason = number == ENOENT || number == ENOTDIR ? "no such file" : "can't be read"
    return .missing(place: place(path), reason: reason)
  }

  /// Judges the output at an absolute `path`.
  func output(_ path: String) -> Output {
    let name = FilePath.name(of: path)
    if path.hasSuffix("/") || name == ".." { return .impossible(reason: "names a folder") }
    let parent = folder(FilePath.folder(of: path))
    guard parent.isPossible else {
      return .impossible(reason: "lies in something that is no folder")
    }
    let place = parent.path == "/" ? "/\(name)" : "\(parent.path)/\(name)"
    var status = stat()
    if stat(place, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
      return .impossible(reason: "is a folder or a device already")
    }
    return .possible(place: place)
  }

  private func place(_ path: String) -> String {
    let parent = folder(FilePath.folder(of: path)).path
    return parent == "/" ? "/\(FilePath.name(of: path))" : "\(parent)/\(FilePath.name(of: path))"
  }

  private func folder(_ path: String) -> Folder {
    if let known = folders[path] { return known }
    let folder: Folder
    if let real = Self.realPath(path) {
      var status = stat()
      let isFolder = stat(real, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
      folder = Folder(path: real, isPossible: isFolder)
    } else if path == "/" || path == "." {
      folder = Folder(path: path, isPossible: false)
    } else {
      folder = below(self.folder(FilePath.folder(of: path)), FilePath.name(of: path))
    }
    folders[path] = folder
    return folder
  }

  /// The folder `name`, which does not exist, in `parent`.
  private func below(_ parent: Folder, _ name: String) -> Folder {
    if name == ".." {
      return Folder(path: FilePath.folder(of: parent.path), isPossible: parent.isPossible)
    }
    let path = parent.path == "/" ? "/\(name)" : "\(parent.path)/\(name)"
    return Folder(path: path, isPossible: parent.isPossible)
  }

  private static func realPath(_ path: String) -> String? {
    guard let real = realpath(path, nil) else { return nil }
    defer { free(real) }
    return String(validatingCString: real)
  }
}
