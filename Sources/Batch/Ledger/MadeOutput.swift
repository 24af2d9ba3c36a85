import Digests
import GRDB

/// A finished output as it was left, to know it again.
struct MadeOutput: Hashable, Sendable {
  var key: String
  var sha256: String
  var byteCount: Int
  var modifiedNanoseconds: Int

  init(key: String, sha256: String, byteCount: Int, modifiedNanoseconds: Int) {
    self.key = key
    self.sha256 = sha256
    self.byteCount = byteCount
    self.modifiedNanoseconds = modifiedNanoseconds
  }

  /// Reads four columns beginning at `index`; nil where there is none.
  init?(_ row: Row, from index: Int) {
    guard let key = row[index] as String? else { return nil }
    self.key = key
    sha256 = row[index + 1]
    byteCount = row[index + 2]
    modifiedNanoseconds = row[index + 3]
  }

  /// What became of an output since.
  enum Condition: Hashable, Sendable {
    case intact
    /// The same bytes with another time.
    case touched(modifiedNanoseconds: Int)
    /// It is intact, and what belongs beside it is gone.
    case incomplete
    case missing
    case changed

    var isIntact: Bool {
      switch self {
      case .intact, .touched, .incomplete: true
      case .missing, .changed: false
      }
    }
  }

  /// Looks at the file at `path`: its size and time, and its bytes when the time differs or `verifies` is set.
  func condition(at path: String, verifies: Bool) -> Condition {
    guard let (stamp, kind) = try? FileStamp.read(path) else { return .missing }
    guard kind == .file, stamp.byteCount == byteCount else { return .changed }
    let isSameTime = stamp.modifiedNanoseconds == modifiedNanoseconds
    if isSameTime && !verifies { return .intact }
    guard (try? SHA256.digest(ofFile: path)) == sha256 else { return .changed }
    return isSameTime ? .intact : .touched(modifiedNanoseconds: stamp.modifiedNanoseconds)
  }
}
