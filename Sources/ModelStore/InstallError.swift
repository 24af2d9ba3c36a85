public import MediaTypes
public import Transfers

/// Why the files of a model could not be fetched.
public enum InstallError: AvatarError, Equatable {
  /// The network may not be used; `files` are what to put where, and from where.
  case offline(model: String, files: [String])
  /// Files that only a person can download; `files` as for `offline`.
  case byHand(model: String, files: [String])
  /// A download failed; `advice` is what to put where, and from where.
  case download(DownloadError, advice: String)
  /// What was downloaded isn't the file; it was deleted.
  case wrongDownload(url: String, reason: String, advice: String)
  /// The disk has too little room for the model.
  case noSpace(path: String, needed: Int, free: Int)
  /// Parts of the model may not be used commercially, or nobody says whether they may.
  case notForCommerce(model: String, parts: [String])

  public var description: String {
    switch self {
    case .offline(let model, let files):
      "model \(model): files are missing and HF_HUB_OFFLINE is set: unset it, or put "
        + "\(files.joined(separator: ", and ")), and run again"
    case .byHand(let model, let files):
      "model \(model): some files can't be downloaded by a program: put "
        + "\(files.joined(separator: ", and ")), and run again"
    case .download(let error, let advice): "\(error), or put \(advice) yourself and run again"
    case .wrongDownload(let url, let reason, let advice):
      "the download was not the file and was deleted, \(url): \(reason), or put \(advice) "
        + "yourself and run again"
    case .noSpace(let path, let needed, let free):
      "\(path): \(needed / 1_000_000) MB are needed and \(free / 1_000_000) MB are free: "
        + "free some space, or set AVATAR_HOME to a larger disk"
    case .notForCommerce(let model, let parts):
      "model \(model) is not cleared for commercial use, \(parts.joined(separator: ", ")): "
        + "use mini, or ask the makers and install without --commercial"
    }
  }

  public var exitCode: ExitCode {
    switch self {
    case .offline, .byHand, .wrongDownload, .notForCommerce: .modelNotInstalled
    case .download(let error, _): error.exitCode
    case .noSpace: .inputOutputError
    }
  }
}
