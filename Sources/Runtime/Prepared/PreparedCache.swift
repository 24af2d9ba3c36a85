public import Foundation
import Glibc
import LipSync
import MediaTypes

/// Prepared avatars that runs make and use by themselves: a folder with one for each key, up to a size.
///
/// Those that were not used for longest go first. Several processes may use it at once: an entry appears and goes as a whole.
public struct PreparedCache: Sendable {
  /// 10 GB: five hours of clips, roughly.
  public static let defaultByteLimit = 10_000_000_000

  let folder: String
  let byteLimit: Int

  /// - Throws: `RuntimeError`, 64, for a size that can't be read.
  public init(environment: [String: String] = ProcessInfo.processInfo.environment) throws {
    func value(_ name: String) -> String? {
      environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }
    let user = value("HOME") ?? NSHomeDirectory()
    let root =
      value("AVATAR_CACHE") ?? "\(value("XDG_CACHE_HOME") ?? "\(user)/.cache")/avatar"
    self.init(
      folder: "\(root)/prepared",
      byteLimit: try value("AVATAR_CACHE_SIZE").map(Self.byteCount) ?? Self.defaultByteLimit)
  }

  init(folder: String, byteLimit: Int = Self.defaultByteLimit) {
    (self.folder, self.byteLimit) = (folder, byteLimit)
  }

  /// Reads a size as 500M or 10G, 0 for no cache.
  static func byteCount(_ text: String) throws -> Int {
    let units = ["K": 1e3, "M": 1e6, "G": 1e9, "T": 1e12]
    let unit = text.last.flatMap { units[$0.uppercased()] }
    let digits = unit == nil ? text : String(text.dropLast())
    guard let number = Double(digits), number.isFinite, (0...1e15).contains(number * (unit ?? 1))
    else {
      throw RuntimeError.usage(
        "AVATAR_CACHE_SIZE \(text): can't be read: write it as 500M or 10G, or 0 for no cache")
    }
    return Int(number * (unit ?? 1))
  }

  func path(_ key: PreparedKey) -> String { "\(folder)/\(key.digest)" }

  /// What is prepared under `key`; nil where nothing is.
  ///
  /// Throws where what lies there can't be used.
  func find(_ key: PreparedKey) throws(PreparedAvatar.Unusable) -> PreparedAvatar? {
    guard byteLimit > 0, PreparedAvatar.lies(at: path(key)) else { return nil }
    let found = try PreparedAvatar(path: path(key))
    guard found.description.key == key else {
      throw PreparedAvatar.Unusable(reason: "it is not what its name says")
    }
    touch(key)
    return found
  }

  /// Notes that the entry of `key` was used just now.
  func touch(_ key: PreparedKey) {
    utimensat(AT_FDCWD, "\(path(key))/\(PreparedAvatar.descriptionName)", nil, 0)
  }

  /// Removes entries that were not used for longest until all fit the limit, and what killed runs have left.
  func evict() {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    var entries: [(path: String, used: Int, size: Int)] = []
    for name in names {
      let path = "\(folder)/\(name)"
      if name.hasPrefix(".") {
        if PreparedWriter.isLeftover(path) { try? FileManager.default.removeItem(atPath: path) }
        continue
      }
      guard let size = size(path) else { continue }
      entries.append((path, changed("\(path)/\(PreparedAvatar.descriptionName)"), size))
    }
    var total = entries.reduce(0) { $0 + $1.size }
    for entry in entries.sorted(by: { $0.used < $1.used }) where total > byteLimit {
      try? PreparedWriter.remove(entry.path)
      total -= entry.size
    }
  }

  private func size(_ path: String) -> Int? {
    let files = FileManager.default
    guard let names = try? files.contentsOfDirectory(atPath: path) else { return nil }
    return names.reduce(0) { sum, name in
      sum + ((try? files.attributesOfItem(atPath: "\(path)/\(name)")[.size] as? Int) ?? 0)
    }
  }

  private func changed(_ path: String) -> Int {
    var status = stat()
    guard stat(path, &status) == 0 else { return 0 }
    return status.st_mtim.tv_sec * 1_000_000_000 + status.st_mtim.tv_nsec
  }
}
