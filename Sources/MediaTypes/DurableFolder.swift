import Glibc

/// Folders whose names outlive a power cut.
///
/// A synced file can still lose its name: names belong to the folder, which is synced by itself.
public enum DurableFolder {
  /// Puts on disk which names `folder` has; false, with `errno`, where that fails.
  public static func synchronize(_ folder: String) -> Bool {
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    let isSynced = fsync(descriptor) == 0
    let number = errno
    close(descriptor)
    errno = number
    // EINVAL: a file system without sync.
    return isSynced || number == EINVAL
  }

  /// Makes `folder` with all above it, each on disk before the next; false, with `errno`, where that fails.
  public static func create(_ folder: String) -> Bool {
    if access(folder, F_OK) == 0 { return true }
    let parent = FilePath.folder(of: folder)
    guard parent == folder || create(parent) else { return false }
    guard mkdir(folder, 0o777) == 0 || errno == EEXIST else { return false }
    // A parent that can be written and not read can't be synced.
    return synchronize(parent) || errno == EACCES
  }
}
