public import MediaTypes

/// Why a file could not be downloaded; what came so far is kept.
public enum DownloadError: AvatarError, Equatable {
  /// No connection, or it broke again and again without getting any further.
  case noAnswer(url: String, reason: String)
  /// The server answered that it won't give the file: 401, 403, 404 and the like.
  case refused(url: String, status: Int)
  /// A web page came instead of the file.
  case webPage(url: String)
  /// The file has another size than it should have.
  case wrongSize(url: String, expected: Int, found: Int)
  /// The file can't be created.
  case cannotCreate(path: String, reason: String)
  /// The file can't be written to its end.
  case cannotWrite(path: String, reason: String, isFull: Bool)
  /// It was stopped on request.
  case cancelled

  public var description: String {
    switch self {
    case .noAnswer(let url, let reason):
      "download broke off, \(url): \(reason): check the network; the same command goes on from there"
    case .refused(let url, let status):
      "no such download, \(url): the server answers \(status)\(Self.meaning(of: status))"
    case .webPage(let url):
      "a web page came instead of the file, \(url): "
        + "open it in a browser: a proxy or the server may want you to sign in"
    case .wrongSize(let url, let expected, let found):
      "\(found) bytes instead of \(expected), \(url): "
        + "it is another file than the one that is known here: try another source"
    case .cannotCreate(let path, let reason):
      "\(path): can't be made (\(reason)): check the folder's permissions"
    case .cannotWrite(let path, let reason, let isFull):
      "\(path): can't be written (\(reason)): "
        + (isFull ? "free some space and run again" : "check the disk")
    case .cancelled: "the download was stopped"
    }
  }

  private static func meaning(of status: Int) -> String {
    switch status {
    case 401, 403: ": sign in on its page and accept the terms there, and set HF_TOKEN"
    case 404, 410: ": it is gone, get it elsewhere"
    case 407: ": the proxy wants a password: set it in https_proxy"
    default: ": try again later"
    }
  }

  public var exitCode: ExitCode {
    switch self {
    case .noAnswer, .cannotWrite: .inputOutputError
    case .refused, .webPage, .wrongSize: .modelNotInstalled
    case .cannotCreate: .cannotCreateOutput
    case .cancelled: .interrupted
    }
  }
}
