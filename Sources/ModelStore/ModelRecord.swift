import Foundation
import MediaTypes

/// What was installed as a model: written when every file of it has been checked.
struct ModelRecord: Codable, Equatable {
  struct File: Codable, Equatable {
    /// Within the store's folder, or absolute where the file stays where its owner put it.
    var path: String
    var byteCount: Int
    var sha256: String
    var verified: Date

    private enum CodingKeys: String, CodingKey {
      case path
      case byteCount = "size"
      case sha256, verified
    }
  }

  struct Part: Codable, Equatable {
    var role: ModelRole
    var weights: File
    var configuration: File?

    var files: [File] { [weights] + (configuration.map { [$0] } ?? []) }
  }

  var format = 1
  var model: String
  var parts: [Part]

  var files: [File] { parts.flatMap(\.files) }

  /// The record at `path`, nil where there is none; throws `ModelStoreError.unreadableRecord`.
  static func read(_ path: String) throws(ModelStoreError) -> ModelRecord? {
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    let decoder = JSONDecoder()
    decoder.dateDecodingStrategy = .iso8601
    do {
      let record = try decoder.decode(
        ModelRecord.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
      guard record.format == 1 else { throw ModelStoreError.unreadableRecord(path: path) }
      return record
    } catch {
      throw .unreadableRecord(path: path)
    }
  }

  /// Replaces the record at `path` whole; throws `ModelStoreError.cannotWrite`.
  func write(to path: String) throws(ModelStoreError) {
    let encoder = JSONEncoder()
    encoder.dateEncodingStrategy = .iso8601
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    do {
      try SafeFile.replace(path, with: encoder.encode(self))
    } catch let error as ModelStoreError {
      throw error
    } catch {
      throw .cannotWrite(path: path, reason: "\(error)", isFull: false)
    }
  }
}
