import CCurl
public import MediaTypes

/// One HTTP or HTTPS POST, by libcurl: proxies and certificates are the system's.
public struct HTTPPost: Sendable {
  public var url: String
  /// As "Name: value".
  public var headers: [String]
  public var body: [UInt8]
  public var timeoutSeconds: Int

  public init(url: String, headers: [String], body: [UInt8], timeoutSeconds: Int = 10) {
    self.url = url
    self.headers = headers
    self.body = body
    self.timeoutSeconds = timeoutSeconds
  }

  /// Whether `url` is one that this program posts to.
  public static func accepts(_ url: String) -> Bool {
    ["http://", "https://"].contains { url.hasPrefix($0) && url.count > $0.count }
  }

  /// Sends it and returns the answer's status code, such as 204; the answer's body is ignored, and redirections are not followed.
  ///
  /// Throws `TransferError` where no answer came.
  public func send() throws(TransferError) -> Int {
    guard let curl = curl_easy_init() else {
      throw TransferError(url: url, reason: "out of memory")
    }
    defer { curl_easy_cleanup(curl) }
    var list: UnsafeMutablePointer<curl_slist>?
    for header in headers + ["Expect:"] { list = curl_slist_append(list, header) }
    defer { curl_slist_free_all(list) }
    _ = CCurl_set_pointer(curl, CURLOPT_HTTPHEADER, list)
    _ = CCurl_set_long(curl, CURLOPT_NOSIGNAL, 1)
    _ = CCurl_set_long(curl, CURLOPT_TIMEOUT, timeoutSeconds)
    _ = CCurl_set_long(curl, CURLOPT_POST, 1)
    _ = CCurl_set_long(curl, CURLOPT_POSTFIELDSIZE, body.count)
    _ = CCurl_set_writer(curl, { _, size, count, _ in size * count }, nil)
    let code = url.withCString { url in
      _ = CCurl_set_pointer(curl, CURLOPT_PROTOCOLS_STR, "http,https")
      _ = CCurl_set_pointer(curl, CURLOPT_URL, url)
      return body.withUnsafeBytes { body in
        _ = CCurl_set_pointer(curl, CURLOPT_POSTFIELDS, body.baseAddress ?? UnsafeRawPointer(url))
        return curl_easy_perform(curl)
      }
    }
    guard code == CURLE_OK else {
      throw TransferError(url: url, reason: String(cString: curl_easy_strerror(code)))
    }
    var status = 0
    _ = CCurl_response_code(curl, &status)
    return status
  }
}

/// A transfer got no answer.
public struct TransferError: AvatarError, Equatable {
  public let url: String
  public let reason: String

  public var description: String { "no answer, \(url): \(reason): check the address and network" }
  public var exitCode: ExitCode { .inputOutputError }
}
