import Glibc
import MediaTypes

/// Keeps other processes from writing what lies beside a finished output: the lock is on the output itself and ends with the
/// process, however it ends.
///
/// The process of a killed runner's jobs lives on for a moment; without a lock it could leave a file under a temporary name
/// after its successor had looked for such files.
struct OutputLock {
  private let descriptor: Int32

  /// Waits until nobody else holds the lock of `output`.
  ///
  /// - Throws: `RuntimeError`: 66 where `output` can't be opened, 75 when it is still held after `patienceSeconds`.
  init(_ output: String, patienceSeconds: Double) throws {
    descriptor = open(output, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      let reason = String(cString: strerror(errno))
      throw RuntimeError(
        "output \(output): can't be opened (\(reason)): check its permissions",
        exitCode: .missingInput)
    }
    let start = ContinuousClock.now
    // Another error: a file system without locks, where only the successor's patience helps.
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK {
      guard ContinuousClock.now - start < .seconds(patienceSeconds) else {
        close(descriptor)
        throw RuntimeError(
          "output \(output): another avatar is writing beside it: run again later",
          exitCode: .tryAgainLater)
      }
      usleep(20_000)
    }
  }

  func release() { close(descriptor) }
}
