import Digests
import Foundation
import Glibc
import Media
import MediaTypes

/// The finished segments of a work folder; each file's name holds the digest of its bytes.
///
/// A segment counts as finished once it has its final name, and is used again only while its bytes have that digest.
struct SegmentStore {
  /// A segment on disk.
  struct Segment: Equatable {
    let index: Int
    let sha256: String
    let byteCount: Int
  }

  let work: WorkFolder
  var format = VideoFormat.mp4

  /// Where segment `index` is written before it is finished.
  func unfinishedPath(_ index: Int) -> String { work.file("\(prefix(index)).\(format)") }

  func path(_ segment: Segment) -> String {
    work.file("\(prefix(segment.index))-\(segment.sha256).\(format)")
  }

  /// Gives the whole, synced file of segment `index` its final name.
  func finish(_ index: Int) throws -> Segment {
    let unfinished = unfinishedPath(index)
    let segment = try read(index, unfinished)
    guard rename(unfinished, path(segment)) == 0 else {
      throw RuntimeError(
        "\(unfinished): can't be renamed (\(String(cString: strerror(errno)))): "
          + "check the folder's permissions", exitCode: .inputOutputError)
    }
    try work.synchronizeNames()
    return segment
  }

  /// The intact segments by index; what is damaged or unfinished is removed and counted in `damaged`.
  func intactSegments() throws -> (segments: [Int: Segment], damaged: Int) {
    var segments: [Int: Segment] = [:]
    var damaged = 0
    let names = try FileManager.default.contentsOfDirectory(atPath: work.path)
    for name in names.sorted() where name.hasPrefix("segment-") {
      let parts = FilePath.stem(of: name).split(separator: "-")
      if parts.count == 3, let index = Int(parts[1]) {
        let segment = try read(index, work.file(name))
        if path(segment) == work.file(name) {
          segments[index] = segment
          continue
        }
        damaged += 1
      }
      try FileManager.default.removeItem(atPath: work.file(name))
    }
    return (segments, damaged)
  }

  private func prefix(_ index: Int) -> String {
    "segment-" + String(repeating: "0", count: max(0, 5 - "\(index)".count)) + "\(index)"
  }

  private func read(_ index: Int, _ path: String) throws -> Segment {
    var information = stat()
    do {
      let digest = try SHA256.digest(ofFile: path)
      guard stat(path, &information) == 0 else {
        throw SHA256.FileError(path: path, number: errno)
      }
      return Segment(index: index, sha256: digest, byteCount: Int(information.st_size))
    } catch {
      let reason = (error as? SHA256.FileError).map { String(cString: strerror($0.number)) }
      throw RuntimeError(
        "\(path): can't be read (\(reason ?? "\(error)")): check the disk",
        exitCode: .inputOutputError)
    }
  }
}
