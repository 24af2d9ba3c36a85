import CMini
import Foundation

/// The files of the embedded model, by their path below `Models/mini`.
enum EmbeddedFiles {
  /// The bytes of the file at `path`, which live as long as the program; nil when there is none.
  static func bytes(_ path: String) -> UnsafeRawBufferPointer? {
    for index in 0..<CMini_file_count() {
      let file = CMini_file_at(index)
      if String(cString: file.path) == path {
        return UnsafeRawBufferPointer(start: file.bytes, count: file.count)
      }
    }
    return nil
  }

  /// Size of all files together.
  static var byteCount: Int { byteCount { _ in true } }

  /// Size of all files together whose paths `isCounted` wants.
  static func byteCount(where isCounted: (String) -> Bool) -> Int {
    (0..<CMini_file_count()).map(CMini_file_at).filter { isCounted(String(cString: $0.path)) }
      .reduce(0) { $0 + $1.count }
  }

  /// A copy of the file at `path`, for small files that are parsed.
  static func data(_ path: String) -> Data? {
    bytes(path).map { Data($0) }
  }
}
