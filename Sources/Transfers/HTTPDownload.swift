import CCurl
import Glibc

/// A download of one file by HTTP or HTTPS that goes on where it was cut off; proxies and certificates are the system's.
public struct HTTPDownload: Sendable {
  /// When a download is given up.
  public struct Patience: Sendable {
    public var connectSeconds: Int
    /// A connection on which nothing comes for so long is cut.
    public var stallSeconds: Int
    /// Seconds before each further try that gets no further than the one before.
    public var retryDelays: [Double]

    public init(
      connectSeconds: Int = 20, stallSeconds: Int = 30, retryDelays: [Double] = [1, 2, 4, 8, 16]
    ) {
      self.connectSeconds = connectSeconds
      self.stallSeconds = stallSeconds
      self.retryDelays = retryDelays
    }
  }

  /// What came.
  public struct Received: Sendable, Equatable {
    public let byteCount: Int
    /// The file's SHA-256 as a Hugging Face hub announces it.
    public let announcedSHA256: String?
  }

  public var url: String
  /// Told to the server of `url` only, never to one that it redirects to.
  public var token: String?
  /// The file's size where it is known: anything else is refused.
  public var expectedByteCount: Int?
  public var patience: Patience

  public init(
    url: String, token: String? = nil, expectedByteCount: Int? = nil, patience: Patience = .init()
  ) {
    self.url = url
    self.token = token
    self.expectedByteCount = expectedByteCount
    self.patience = patience
  }

  /// Downloads to `path`, going on with what an earlier call left there if the server still has the same file.
  ///
  /// `progress` is told how many bytes are there, `isCancelled` asked about once a second at least. What came stays at `path` when this throws; that it
  /// is the right file is for the caller to check.
  public func run(
    to path: String, progress: @escaping @Sendable (_ byteCount: Int) -> Void = { _ in },
    isCancelled: @escaping @Sendable () -> Bool = { false }
  ) throws(DownloadError) -> Received {
    let file = try PartialFile(path)
    if let expectedByteCount, file.byteCount > expectedByteCount { file.restart(validator: nil) }
    if let expectedByteCount, file.byteCount == expectedByteCount, expectedByteCount > 0 {
      file.finish()
      return Received(byteCount: expectedByteCount, announcedSHA256: nil)
    }
    var delays = patience.retryDelays[...]
    var furthest = file.byteCount
    while true {
      let attempt = DownloadAttempt(self, file: file, progress: progress, isCancelled: isCancelled)
      guard let setback = try attempt.run() else {
        file.finish()
        return Received(byteCount: file.byteCount, announcedSHA256: attempt.header.linkedSHA256)
      }
      if file.byteCount > furthest { delays = patience.retryDelays[...] }
      furthest = max(furthest, file.byteCount)
      guard let delay = delays.popFirst() else { throw .noAnswer(url: url, reason: setback) }
      try Self.wait(delay, isCancelled: isCancelled)
    }
  }

  private static func wait(
    _ seconds: Double, isCancelled: () -> Bool
  ) throws(DownloadError) {
    let end = ContinuousClock.now + .seconds(seconds)
    while ContinuousClock.now < end {
      if isCancelled() { throw .cancelled }
      usleep(50_000)
    }
  }
}
