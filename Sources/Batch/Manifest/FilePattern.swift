import Glibc
import MediaTypes

/// A file that `for_each` found.
struct MatchedFile: Hashable {
  /// As the pattern gave it: relative to the manifest unless the pattern was absolute.
  let path: String
  /// How many bytes of `path` the pattern's fixed folders take, to the last slash before the first wildcard.
  let fixedByteCount: Int

  /// What a job over this file is called by default: its path below the fixed folders, without its ending.
  var defaultName: String {
    let below = String(decoding: path.utf8.dropFirst(fixedByteCount), as: UTF8.self)
    let folder = FilePath.folder(of: below)
    let stem = FilePath.stem(of: below)
    return folder == "." ? stem : "\(folder)/\(stem)".split(separator: "/").joined(separator: "-")
  }

  /// The templates over a file.
  static let parts: [String: @Sendable (MatchedFile) -> String] = [
    "file": { $0.path },
    "file.name": { FilePath.name(of: $0.path) },
    "file.stem": { FilePath.stem(of: $0.path) },
    "file.extension": { FilePath.pathExtension(of: $0.path) },
    "file.folder": { FilePath.folder(of: $0.path) },
  ]
}

/// A pattern for files as shells have it: `*`, `?`, `[a-z]`, `[!a-z]`, a backslash before what is meant itself, and `**` for any folders.
///
/// Names that begin with a dot are matched by a dot only; `**` follows no links, so that it ends.
struct FilePattern {
  private let isAbsolute: Bool
  private let components: [String]
  private let text: String

  init(_ text: String) {
    self.text = text
    isAbsolute = text.hasPrefix("/")
    components = text.split(separator: "/").map(String.init).filter { $0 != "." }
  }

  /// The regular files that match below `folder`, unsorted; throws what can't be listed.
  func files(in folder: String) throws(FilePatternError) -> [MatchedFile] {
    if Self.isRegularFile(isAbsolute ? text : "\(folder)/\(text)") {
      let fixed = text.utf8.count - FilePath.name(of: text).utf8.count
      return [MatchedFile(path: text, fixedByteCount: fixed)]
    }
    let root = isAbsolute ? "/" : ""
    let fixedComponents = components.dropLast().prefix { !Self.isWild($0) }
    let fixed = root + fixedComponents.map { Self.unescaped($0) + "/" }.joined()
    var walk = Walk(base: isAbsolute ? "" : folder + "/", fixedByteCount: fixed.utf8.count)
    try walk.descend(fixed, components[fixedComponents.count...])
    return walk.found
  }

  fileprivate static func isWild(_ component: String) -> Bool {
    component.contains { $0 == "*" || $0 == "?" || $0 == "[" }
  }

  fileprivate static func unescaped(_ component: String) -> String {
    guard component.contains("\\") else { return component }
    var (result, isEscaped) = ("", false)
    for character in component {
      if character == "\\" && !isEscaped {
        isEscaped = true
      } else {
        result.append(character)
        isEscaped = false
      }
    }
    return result
  }

  fileprivate static func isRegularFile(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }
}

/// A folder that can't be listed, or a name in it that can't be told.
struct FilePatternError: Error {
  let message: String
}

/// One search through folders.
private struct Walk {
  /// Before every path to make it one that can be opened.
  let base: String
  let fixedByteCount: Int
  var found: [MatchedFile] = []

  /// Looks below `prefix`, which is empty or ends in a slash, for `components`.
  mutating func descend(
    _ prefix: String, _ components: ArraySlice<String>
  ) throws(FilePatternError) {
    guard let component = components.first else { return }
    let rest = components.dropFirst()
    if component == "**" {
      try descend(prefix, rest.isEmpty ? ["*"] : rest)
      for name in try names(in: prefix) where !name.hasPrefix(".") && isFolder(prefix + name) {
        try descend("\(prefix)\(name)/", components)
      }
      return
    }
    guard FilePattern.isWild(component) else {
      return try step(prefix + FilePattern.unescaped(component), rest)
    }
    let pattern = NamePattern(component)
    for name in try names(in: prefix) where pattern.matches(name) {
      try step(prefix + name, rest)
    }
  }

  private mutating func step(
    _ path: String, _ rest: ArraySlice<String>
  ) throws(FilePatternError) {
    if !rest.isEmpty { return try descend(path + "/", rest) }
    guard FilePattern.isRegularFile(base + path) else { return }
    found.append(MatchedFile(path: path, fixedByteCount: fixedByteCount))
  }

  private func isFolder(_ path: String) -> Bool {
    var status = stat()
    return lstat(base + path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// What lies in the folder `prefix`; nothing where there is no such folder.
  private func names(in prefix: String) throws(FilePatternError) -> [String] {
    let path = base + prefix
    guard let stream = opendir(path.isEmpty ? "/" : path) else {
      if errno == ENOENT || errno == ENOTDIR { return [] }
      throw FilePatternError(
        message: "\(prefix.shown) can't be listed (\(String(cString: strerror(errno))))")
    }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(validating: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      guard let name else {
        throw FilePatternError(message: "\(prefix.shown) has a name that is not UTF-8: rename it")
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names
  }
}
