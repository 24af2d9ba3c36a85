import Batch
import Digests
import Foundation
import LipSync
import MediaTypes
import Synchronization

/// One attempt of a batch job: passes progress on, collects warnings, and turns requests to stop into a cancellation.
final class JobAttempt: Sendable {
  let cancellation = Cancellation()
  private let context: JobContext
  private let warnings = Mutex<[String]>([])
  private let isOver = Mutex(false)

  init(_ context: JobContext) {
    self.context = context
    Thread.detachNewThread { [self] in watch() }
  }

  func handle(_ event: ProgressEvent) {
    switch event {
    case .stage(let name, let total, _): context.report(.stage(name, total: total))
    case .step(let done): context.report(.step(done: done))
    case .segment(let index, let count, let sha256, let byteCount):
      context.report(
        .segment(index: index, count: count, sha256: sha256, byteCount: byteCount))
    case .warning(let text):
      warnings.withLock { $0.append(text) }
      context.report(.warning(text))
    }
  }

  /// Ends the watch for requests to stop.
  func end() { isOver.withLock { $0 = true } }

  /// What was made, read from the disk.
  func result(output: String, frameCount: Int) throws -> JobResult {
    do {
      let sha256 = try SHA256.digest(ofFile: output)
      let size = try FileManager.default.attributesOfItem(atPath: output)[.size] as? Int
      return JobResult(
        sha256: sha256, byteCount: size ?? 0, frameCount: frameCount,
        warnings: warnings.withLock { $0 })
    } catch {
      throw RuntimeError.inputOutput(
        "output \(output): can't be read again (\(error)): see what else writes there")
    }
  }

  private func watch() {
    while !isOver.withLock({ $0 }) {
      switch context.stopRequest() {
      case .none: break
      case .afterSegment: cancellation.cancelAfterSegment()
      case .now: return cancellation.cancel()
      }
      Thread.sleep(forTimeInterval: 0.05)
    }
  }
}
