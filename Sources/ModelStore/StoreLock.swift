import Glibc

/// The right to change the store: an advisory lock that ends with the process, however that ends.
final class StoreLock {
  private let descriptor: Int32

  /// Throws `ModelStoreError.locked` while another process holds it.
  init(_ folder: String) throws(ModelStoreError) {
    let path = "\(folder)/lock"
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw .cannotCreate(path: path, reason: String(cString: strerror(errno)))
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      close(descriptor)
      throw .locked(path: folder)
    }
  }

  /// Lets others at the store; the end of the object does so too.
  func release() { flock(descriptor, LOCK_UN) }

  deinit { close(descriptor) }
}
