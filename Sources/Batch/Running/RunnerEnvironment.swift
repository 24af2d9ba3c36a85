import Glibc
import MediaTypes

/// What a runner finds around it; tests replace parts of it.
struct RunnerEnvironment {
  var clock: any RunnerClock = MonotonicClock()
  var makeHost: () throws -> any JobHost
  /// What signals ask for: nothing, the end of segments in work, or the end.
  var stopRequest: () -> StopRequest
  /// Free bytes of the file system that holds a folder; nil where that can't be told.
  var freeByteCount: (_ folder: String) -> Int? = RunnerEnvironment.freeByteCount
  var folder: (_ output: String) -> String = { FilePath.folder(of: $0) }
  /// Tells the file system of a folder from others; nil where that can't be told.
  var device: (_ folder: String) -> UInt64? = RunnerEnvironment.device

  /// The number of the file system that holds `folder`.
  static func device(_ folder: String) -> UInt64? {
    var information = stat()
    return stat(folder, &information) == 0 ? UInt64(information.st_dev) : nil
  }

  /// What is free for everybody on the file system of `folder`.
  static func freeByteCount(_ folder: String) -> Int? {
    var information = statvfs()
    guard statvfs(folder, &information) == 0 else { return nil }
    return Int(information.f_bavail) * Int(information.f_frsize)
  }
}

/// What a runner tells those who watch it.
enum RunnerNotice {
  case began(ClaimedAttempt)
  case progress([(ClaimedAttempt, StageProgress)])
  case warned(ClaimedAttempt, String)
  case ended(ClaimedAttempt, AttemptEnding, JobOutcome, seconds: Double)
  case draining(RunnerEnding)
  /// Jobs whose outputs go to this folder, or elsewhere on its disk, wait for room; told once a disk.
  case waitingForRoom(folder: String)
}
