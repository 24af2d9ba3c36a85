/// Parts of a path as text.
///
/// Foundation's `deletingLastPathComponent` of a string traps on "." (Swift 6.3 on Linux), so the program does without it.
public enum FilePath {
  /// The folder that `path` lies in: "." for a bare name.
  public static func folder(of path: String) -> String {
    let trimmed = withoutTrailingSlashes(path)
    guard let slash = trimmed.lastIndex(of: "/") else { return "." }
    let folder = withoutTrailingSlashes(String(trimmed[..<slash]))
    return folder.isEmpty ? "/" : folder
  }

  /// The last component of `path`.
  public static func name(of path: String) -> String {
    let trimmed = withoutTrailingSlashes(path)
    guard let slash = trimmed.lastIndex(of: "/") else { return trimmed }
    return String(trimmed[trimmed.index(after: slash)...])
  }

  /// The last component without its extension; a leading dot begins no extension.
  public static func stem(of path: String) -> String {
    let name = name(of: path)
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return name }
    return String(name[..<dot])
  }

  /// The extension without its dot, empty where there is none.
  public static func pathExtension(of path: String) -> String {
    let (name, stem) = (name(of: path), stem(of: path))
    return name.count > stem.count ? String(name.dropFirst(stem.count + 1)) : ""
  }

  /// `path` as seen from `folder`, both absolute; unchanged where they share nothing or a part is "..".
  public static func relative(_ path: String, to folder: String) -> String {
    func parts(_ path: String) -> [Substring] { path.split(separator: "/").filter { $0 != "." } }
    let (target, start) = (parts(path), parts(folder))
    guard path.hasPrefix("/"), folder.hasPrefix("/"), !(target + start).contains("..") else {
      return path
    }
    let shared = zip(target, start).prefix { $0 == $1 }.count
    guard shared > 0 else { return path }
    let steps = Array(repeating: "..", count: start.count - shared) + target[shared...]
    return steps.isEmpty ? "." : steps.joined(separator: "/")
  }

  private static func withoutTrailingSlashes(_ path: String) -> String {
    var path = path
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    return path
  }
}
