import Foundation
import Glibc
import Media
import MediaTypes

/// Who speaks: the picture source behind `--avatar`, opened.
struct SpeakSource {
  /// The presenter, where it is one.
  let presenter: Presenter?
  /// Where libav reads it; for a presenter a file in memory.
  let path: String
  /// Tells one content from another: name or path, size, time of change.
  let identity: String
  private let memory: MemoryFile?
  private let background: RGBColor?
  private let folderRate: Rational

  /// Finds what `request.avatar` names; does not decode yet.
  ///
  /// - Throws: `RuntimeError` with 66 when it is neither a presenter nor a file.
  init(_ request: SpeakRequest) throws {
    let chosen = request.background.map {
      RGBColor(red: $0.red, green: $0.green, blue: $0.blue)
    }
    background = chosen ?? (VideoFormat(path: request.output).holdsAlpha ? nil : .white)
    folderRate = request.rate ?? Rational(25)
    let name = request.avatar
    if let presenter = try name.map(Presenter.named) ?? Presenter.all().first {
      let file = try MemoryFile(name: presenter.file, bytes: presenter.clip())
      (self.presenter, memory, path) = (presenter, file, file.path)
      identity = "presenter \(presenter.name)"
      return
    }
    guard let name else {
      throw RuntimeError.internalError("this build has no presenters: name a file with --avatar")
    }
    guard access(name, F_OK) == 0 else { throw try PresenterLibrary.unknown(name) }
    (presenter, memory, path) = (nil, nil, name)
    identity = try FileIdentity.describe(name)
  }

  /// The digest of what the source shows.
  ///
  /// - Throws: `RuntimeError`, 66.
  func contentDigest() throws -> String { try ContentDigest.of(path) }

  /// A new reader of the source; `index` from an earlier scan saves scanning again.
  func open(index: VideoIndex? = nil) throws -> any PictureSource {
    try openPictureSource(path, background: background, folderRate: folderRate, index: index)
  }

  /// The output's rate, where the source described by `info` is shown.
  func rate(_ request: SpeakRequest, _ info: SourceInfo) -> Rational {
    request.rate ?? (presenter == nil ? info.outputRate : Rational(25))
  }

  /// How the source goes on when it is shorter than the sound.
  func loop(_ request: SpeakRequest) -> LoopMode {
    request.loop ?? (presenter == nil ? .bounce : .loop)
  }
}

/// What tells one version of a file from another without reading it.
enum FileIdentity {
  /// Real path, size, time of change and inode; for a folder those of all files in it.
  static func describe(_ path: String) throws -> String {
    let real = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    var isFolder: ObjCBool = false
    let files = FileManager.default
    guard files.fileExists(atPath: real, isDirectory: &isFolder), isFolder.boolValue else {
      return try status(real)
    }
    let names = try files.contentsOfDirectory(atPath: real).sorted()
    return try names.map { try status("\(real)/\($0)") }.joined(separator: "\n")
  }

  private static func status(_ path: String) throws -> String {
    var information = stat()
    guard stat(path, &information) == 0 else {
      throw RuntimeError.missing(
        "\(path): can't be read (\(String(cString: strerror(errno)))): check the path")
    }
    let changed = "\(information.st_mtim.tv_sec).\(information.st_mtim.tv_nsec)"
    return "\(path) \(information.st_size) \(changed) \(information.st_ino)"
  }
}
