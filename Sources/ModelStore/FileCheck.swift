import Digests
import Foundation
import Transfers
import Weights

/// Checks that a file is what the table says, and takes its digest.
struct FileCheck {
  /// Every file of the table whose digest is known, to tell what a wrong file is.
  let models: [PublishedModel]

  /// The record of the file at `path`, which is `found`'s; `storedAs` is the path that the record will have.
  ///
  /// `isPublishedForm` says whether its size and digest must be those of the table. Throws `ModelStoreError.wrongFile` or `.unreadable`.
  func record(
    of path: String, as published: PublishedFile, in part: ModelPart, isPublishedForm: Bool,
    storedAs recordPath: String, announcedSHA256: String? = nil,
    progress: (_ byteCount: Int) -> Void = { _ in }, isCancelled: () -> Bool = { false }
  ) throws -> ModelRecord.File {
    try checkContents(of: path, as: published, in: part)
    let byteCount = try Self.size(path)
    if isPublishedForm, let expected = published.byteCount, byteCount != expected {
      throw ModelStoreError.wrongFile(
        path: path, reason: "\(byteCount) bytes instead of \(expected): get the published file")
    }
    let digest = try Self.digest(of: path, progress: progress, isCancelled: isCancelled)
    if isPublishedForm { try compare(digest, with: published.sha256, at: path) }
    try compare(digest, with: announcedSHA256, at: path)
    return ModelRecord.File(
      path: recordPath, byteCount: byteCount, sha256: digest, verified: Self.now)
  }

  /// Now, in whole seconds, as records keep it.
  static var now: Date { Date(timeIntervalSince1970: Date().timeIntervalSince1970.rounded(.down)) }

  /// What is wrong with a file by its first look: a page, a pointer, a piece, another network.
  private func checkContents(
    of path: String, as published: PublishedFile, in part: ModelPart
  ) throws(ModelStoreError) {
    do {
      guard published == part.weights else {
        _ = try ConfigurationFile(path: path)
        return
      }
      if case .byHand = published.origin, try ONNXNetwork.isFile(path) {
        return try checkNetwork(path, part)
      }
      let checkpoint = try Checkpoint(path: path)
      let isKnown = checkpoint.keys.contains {
        $0 == part.telltale || $0.hasSuffix("." + part.telltale)
      }
      guard isKnown else {
        throw ModelStoreError.wrongFile(
          path: path,
          reason: "it should be the weights of \(part.title), but "
            + "\(checkpoint.weights.impression): get the published file")
      }
    } catch let error as ModelStoreError {
      throw error
    } catch WeightsError.unreadable(let file, let reason) {
      throw .unreadable(path: file, reason: reason)
    } catch WeightsError.malformed(_, let reason), WeightsError.configuration(_, let reason) {
      throw .wrongFile(path: path, reason: reason)
    } catch {
      throw .wrongFile(path: path, reason: "\(error)")
    }
  }

  /// An ONNX network is known by one of its operations.
  private func checkNetwork(_ path: String, _ part: ModelPart) throws {
    guard try ONNXNetwork(path: path).nodes.contains(where: { $0.kind == part.telltale }) else {
      throw ModelStoreError.wrongFile(
        path: path,
        reason:
          "it should be the weights of \(part.title), but is another network: get the published file"
      )
    }
  }

  private func compare(
    _ digest: String, with expected: String?, at path: String
  ) throws(ModelStoreError) {
    guard let expected, expected != digest else { return }
    let other = models.first { $0.files.contains { $0.sha256 == digest } }
    throw .wrongFile(
      path: path,
      reason: other.map { "it is a file of \($0.name): put it into that model's folder" }
        ?? "its SHA-256 is \(digest) instead of \(expected): get the published file")
  }

  private static func size(_ path: String) throws(ModelStoreError) -> Int {
    var status = stat()
    guard stat(path, &status) == 0 else {
      throw .unreadable(path: path, reason: String(cString: strerror(errno)))
    }
    return Int(status.st_size)
  }

  /// The digest, with a look at `isCancelled` every few MiB; throws `DownloadError.cancelled`.
  static func digest(
    of path: String, progress: (Int) -> Void, isCancelled: () -> Bool
  ) throws -> String {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw ModelStoreError.unreadable(path: path, reason: String(cString: strerror(errno)))
    }
    defer { close(descriptor) }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 4 << 20, alignment: 64)
    defer { buffer.deallocate() }
    var hash = SHA256()
    var total = 0
    while true {
      if isCancelled() { throw DownloadError.cancelled }
      let count = read(descriptor, buffer.baseAddress, buffer.count)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else {
        throw ModelStoreError.unreadable(path: path, reason: String(cString: strerror(errno)))
      }
      if count == 0 { return hash.finish() }
      hash.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
      total += count
      progress(total)
    }
  }
}
