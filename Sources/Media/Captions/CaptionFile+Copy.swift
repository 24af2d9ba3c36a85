import Foundation
import Glibc
import MediaTypes

extension CaptionFile {
  /// Copies the captions of `source`, byte for byte; the copy has its name only when it is complete.
  ///
  /// - Throws: `MediaError`: 66 where they can't be read, 73 where the copy exists and `overwrite` is false, 74 for a full disk.
  public static func copy(_ source: String, to path: String, overwrite: Bool) throws {
    guard let data = FileManager.default.contents(atPath: source) else {
      throw MediaError.reading(source, errno: ENOENT)
    }
    let file = try PendingFile(path, overwrite: overwrite)
    do {
      try data.withUnsafeBytes { try file.write($0) }
    } catch {
      file.discard()
      throw error
    }
    try file.commit()
  }
}
