import Glibc

/// What a file looks like without reading it: equal stamps mean, short of tricks, equal contents.
struct FileStamp: Hashable, Sendable {
  var byteCount: Int
  var modifiedNanoseconds: Int
  /// Of the inode: nobody can set this one back, as copying tools do with the other.
  var changedNanoseconds: Int
  var inode: Int

  enum Kind { case file, folder, other }

  /// The stamp of what lies at `path`, following links; throws when nothing can be seen there.
  static func read(_ path: String) throws(LedgerError) -> (stamp: FileStamp, kind: Kind) {
    var information = stat()
    guard stat(path, &information) == 0 else {
      throw .unreadableInput(path: path, number: errno)
    }
    let stamp = FileStamp(
      byteCount: Int(information.st_size),
      modifiedNanoseconds: nanoseconds(information.st_mtim),
      changedNanoseconds: nanoseconds(information.st_ctim),
      inode: Int(truncatingIfNeeded: information.st_ino))
    let kind: Kind =
      switch information.st_mode & S_IFMT {
      case S_IFREG: .file
      case S_IFDIR: .folder
      default: .other
      }
    return (stamp, kind)
  }

  /// Whether the file was touched so shortly before `wallSeconds`, or after it, that another change might not show.
  func isRacy(at wallSeconds: Double) -> Bool {
    let touched = Double(max(modifiedNanoseconds, changedNanoseconds)) / 1e9
    return touched > wallSeconds - 2
  }

  private static func nanoseconds(_ time: timespec) -> Int {
    time.tv_sec * 1_000_000_000 + time.tv_nsec
  }
}
