import LipSync
import Testing

@testable import Runtime

extension SpeakJob {
  /// Runs `request` and stops it at the end of its first segment, then runs it again: it goes on from there.
  static func runInTwoParts(_ request: SpeakRequest) throws {
    let cancellation = Cancellation()
    #expect(throws: CancelledError.self) {
      try SpeakJob(request, cancellation: cancellation).run { event in
        if case .segment = event { cancellation.cancelAfterSegment() }
      }
    }
    _ = try SpeakJob(request).run()
  }
}
