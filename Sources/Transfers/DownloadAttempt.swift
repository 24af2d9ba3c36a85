import CCurl
import Glibc

/// One connection of a download: from the file's end so far to the end of the file, or to where it breaks.
final class DownloadAttempt {
  private let download: HTTPDownload
  private let file: PartialFile
  private let progress: @Sendable (Int) -> Void
  private let isCancelled: @Sendable () -> Bool
  private(set) var header = AnswerHeader()
  private var hasBody = false
  /// Why libcurl was told to stop.
  private var failure: DownloadError?

  init(
    _ download: HTTPDownload, file: PartialFile, progress: @escaping @Sendable (Int) -> Void,
    isCancelled: @escaping @Sendable () -> Bool
  ) {
    self.download = download
    self.file = file
    self.progress = progress
    self.isCancelled = isCancelled
  }

  /// Returns nil when the file is complete, else why it broke, which is worth another try.
  func run() throws(DownloadError) -> String? {
    guard let curl = curl_easy_init() else {
      throw .noAnswer(url: download.url, reason: "out of memory")
    }
    defer { curl_easy_cleanup(curl) }
    let list = headers()
    defer { curl_slist_free_all(list) }
    _ = CCurl_set_pointer(curl, CURLOPT_HTTPHEADER, list)
    configure(curl)
    let code = perform(curl)
    if let failure { throw failure }
    return try outcome(code)
  }

  /// Asks for the rest, if it is the rest of the same file.
  private func headers() -> UnsafeMutablePointer<curl_slist>? {
    var list = curl_slist_append(nil, "User-Agent: avatar")
    if file.byteCount > 0, let validator = file.validator {
      list = curl_slist_append(list, "Range: bytes=\(file.byteCount)-")
      list = curl_slist_append(list, "If-Range: \(validator)")
    }
    // libcurl keeps this line from other hosts, ports and protocols.
    if let token = download.token {
      list = curl_slist_append(list, "Authorization: Bearer \(token)")
    }
    return list
  }

  private func configure(_ curl: UnsafeMutableRawPointer) {
    let patience = download.patience
    _ = CCurl_set_long(curl, CURLOPT_NOSIGNAL, 1)
    _ = CCurl_set_long(curl, CURLOPT_CONNECTTIMEOUT, patience.connectSeconds)
    _ = CCurl_set_long(curl, CURLOPT_LOW_SPEED_LIMIT, 1)
    _ = CCurl_set_long(curl, CURLOPT_LOW_SPEED_TIME, patience.stallSeconds)
    _ = CCurl_set_long(curl, CURLOPT_FOLLOWLOCATION, 1)
    _ = CCurl_set_long(curl, CURLOPT_MAXREDIRS, 10)
    let context = Unmanaged.passUnretained(self).toOpaque()
    _ = CCurl_set_header_reader(
      curl,
      { bytes, size, count, context in
        DownloadAttempt.from(context).takeHeader(bytes!, count: size * count)
      }, context)
    _ = CCurl_set_writer(
      curl,
      { bytes, size, count, context in
        DownloadAttempt.from(context).takeBody(bytes!, count: size * count)
      }, context)
    _ = CCurl_set_watcher(
      curl,
      { context, _, _, _, _ in DownloadAttempt.from(context).isCancelled() ? 1 : 0 }, context)
  }

  private func perform(_ curl: UnsafeMutableRawPointer) -> CURLcode {
    // From a protected connection there is no way to an open one.
    let allowed = download.url.hasPrefix("https://") ? "https" : "http,https"
    return download.url.withCString { url in
      allowed.withCString { allowed in
        _ = CCurl_set_pointer(curl, CURLOPT_PROTOCOLS_STR, "http,https")
        _ = CCurl_set_pointer(curl, CURLOPT_REDIR_PROTOCOLS_STR, allowed)
        _ = CCurl_set_pointer(curl, CURLOPT_URL, url)
        return curl_easy_perform(curl)
      }
    }
  }

  private func outcome(_ code: CURLcode) throws(DownloadError) -> String? {
    let reason = String(cString: curl_easy_strerror(code))
    switch code {
    case CURLE_OK: break
    case CURLE_ABORTED_BY_CALLBACK: throw .cancelled
    case CURLE_UNSUPPORTED_PROTOCOL, CURLE_URL_MALFORMAT, CURLE_PEER_FAILED_VERIFICATION,
      CURLE_SSL_CACERT_BADFILE, CURLE_TOO_MANY_REDIRECTS:
      throw .noAnswer(url: download.url, reason: reason)
    default: return reason
    }
    switch header.status {
    case 200, 206: return try checkSize()
    case 408, 429, 500...599: return "the server answers \(header.status)"
    case 416 where header.rangeTotal == file.byteCount: return try checkSize()
    case 416:
      file.restart(validator: nil)
      return "the server has another file than before"
    default: throw .refused(url: download.url, status: header.status)
    }
  }

  private func checkSize() throws(DownloadError) -> String? {
    // Without a body there was no look at the answer yet.
    if !hasBody, header.status == 200 { file.restart(validator: nil) }
    guard let expected = download.expectedByteCount, file.byteCount != expected else { return nil }
    throw .wrongSize(url: download.url, expected: expected, found: file.byteCount)
  }

  private static func from(_ context: UnsafeMutableRawPointer?) -> DownloadAttempt {
    Unmanaged<DownloadAttempt>.fromOpaque(context!).takeUnretainedValue()
  }

  private func takeHeader(_ bytes: UnsafeMutablePointer<CChar>, count: Int) -> Int {
    let line = UnsafeRawBufferPointer(start: bytes, count: count)
    header.take(String(decoding: line, as: UTF8.self))
    return count
  }

  /// Returns another number than `count` to stop libcurl.
  private func takeBody(_ bytes: UnsafeMutablePointer<CChar>, count: Int) -> Int {
    // Bodies of refusals and of redirections are of no use.
    guard header.status == 200 || header.status == 206 else { return count }
    if !hasBody {
      hasBody = true
      failure = refusal()
      guard failure == nil else { return 0 }
      if header.status == 200 { file.restart(validator: header.validator) }
    }
    guard file.append(UnsafeRawBufferPointer(start: bytes, count: count)) else {
      let number = errno
      failure = .cannotWrite(
        path: file.path, reason: String(cString: strerror(number)),
        isFull: number == ENOSPC || number == EDQUOT)
      return 0
    }
    if let expected = download.expectedByteCount, file.byteCount > expected {
      failure = .wrongSize(url: download.url, expected: expected, found: file.byteCount)
      return 0
    }
    progress(file.byteCount)
    return count
  }

  /// Why this answer isn't the file, before anything of it is taken.
  private func refusal() -> DownloadError? {
    if header.isWebPage { return .webPage(url: download.url) }
    if header.status == 206, header.rangeStart != file.byteCount {
      return .noAnswer(url: download.url, reason: "the server sent another range than asked for")
    }
    let total = header.status == 206 ? header.rangeTotal : header.contentLength
    if let expected = download.expectedByteCount, let total, total != expected {
      return .wrongSize(url: download.url, expected: expected, found: total)
    }
    return nil
  }
}
