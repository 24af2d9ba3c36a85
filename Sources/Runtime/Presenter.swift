import CMini
import Foundation
import Glibc
import MediaTypes

/// A built-in person (or figure) that can speak: a short seamless clip inside the binary.
public struct Presenter: Codable, Hashable, Sendable {
  public let name: String
  public let title: String
  public let description: String
  /// Path below `Models/mini/presenters`.
  public let file: String
  public let fps: Double
  public let seconds: Double

  /// All presenters, the default one first.
  ///
  /// - Throws: `RuntimeError` when the embedded list can't be read (a broken build).
  public static func all() throws -> [Presenter] { try embedded.get() }

  /// Read once: batches ask for presenters with every job.
  private static let embedded = Result<[Presenter], RuntimeError> { () throws(RuntimeError) in
    guard let list = EmbeddedFiles.data("presenters/presenters.json") else {
      throw RuntimeError.internalError(
        "this build embeds no presenters: rebuild with Models/mini in place")
    }
    do { return try JSONDecoder().decode([Presenter].self, from: list) } catch {
      throw RuntimeError.internalError("the embedded presenter list can't be read: \(error)")
    }
  }

  /// The presenter called `name`; nil when there is none.
  public static func named(_ name: String) throws -> Presenter? {
    try all().first { $0.name == name }
  }

  /// The clip's bytes.
  func clip() throws -> Data {
    guard let data = EmbeddedFiles.data("presenters/\(file)") else {
      throw RuntimeError.internalError("presenter \(name): its clip is not in this build")
    }
    return data
  }
}

/// Bytes in memory that other libraries can open by a path; gone when the value is released.
final class MemoryFile: Sendable {
  private let descriptor: Int32
  let path: String

  init(name: String, bytes: Data) throws {
    descriptor = bytes.withUnsafeBytes { buffer in
      CMini_memory_file(name, buffer.bindMemory(to: UInt8.self).baseAddress, buffer.count)
    }
    path = "/proc/self/fd/\(descriptor)"
    guard descriptor >= 0 else {
      throw RuntimeError.internalError("memory file \(name): \(String(cString: strerror(errno)))")
    }
  }

  deinit { close(descriptor) }
}
