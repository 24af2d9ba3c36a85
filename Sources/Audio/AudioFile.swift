import Glibc

/// A file with sound, of any kind that libsndfile or libav reads.
public struct AudioFile: Sendable, Hashable {
  public let path: String

  /// Looks whether something readable is there, without reading it.
  ///
  /// - Throws: `AudioError`, 66 where no file can be read, 65 where it is empty or no file at all.
  public init(path: String) throws {
    var status = stat()
    guard stat(path, &status) == 0 else { throw AudioError.reading(path, errno: errno) }
    guard access(path, R_OK) == 0 else { throw AudioError.reading(path, errno: errno) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      let what = status.st_mode & S_IFMT == S_IFDIR ? "it is a folder" : "not a regular file"
      throw AudioError.unusable(path, what, "give a file with sound")
    }
    guard status.st_size > 0 else {
      throw AudioError.unusable(path, "the file is empty", "give a file with sound")
    }
    self.path = path
  }

  /// Starts to read the sound as 16 kHz mono, from the beginning.
  ///
  /// - Throws: 65 where the file is not sound, or a video without sound.
  public func reader() throws -> SpeechReader {
    let path = path
    return try SpeechReader(path: path) {
      if let source = SoundFileSource(path: path) { return source }
      return try MediaSource(path: path)
    }
  }

  /// The whole sound as 16 kHz mono.
  ///
  /// - Throws: as `reader()`, and errors of reading.
  public func speech() throws -> [Float] {
    let reader = try reader()
    var (all, piece): ([Float], [Float]) = ([], [])
    repeat {
      try reader.read(into: &piece)
      all.append(contentsOf: piece)
    } while !piece.isEmpty
    return all
  }
}
