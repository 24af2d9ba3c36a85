import Digests
import Foundation
import Glibc
import LipSync
import MediaTypes

/// A clip that was prepared for MuseTalk: a folder with what was seen in its frames, latents and masks.
struct PreparedAvatar {
  /// `avatar.json`: what the folder holds and what it was made from.
  struct Description: Codable {
    static let format = 1

    var format = Self.format
    /// Absolute path of the clip, or a presenter's name.
    var clip: String
    var key: PreparedKey
    /// As a run names it; a folder's absolute path.
    var model: String
    var options: MuseTalkOptions
    /// As `--face` takes it.
    var face: String?
    var frames: Int
    /// Digest of `faces.json`.
    var facesDigest: String
    /// Sizes of the files of latents and masks in bytes.
    var byteCounts: [String: Int]

    enum CodingKeys: String, CodingKey {
      case format, clip, key, model, options, face, frames
      case facesDigest = "faces_sha256"
      case byteCounts = "bytes"
    }
  }

  /// Why a folder can't be used.
  struct Unusable: Error {
    let reason: String
  }

  static let descriptionName = "avatar.json"
  static let facesName = "faces.json"

  let path: String
  let description: Description
  let record: FaceRecord<MuseTalkTrack>
  let faces: PreparedFaces

  /// Opens the folder at `path` and reads all of it once, so that nothing damaged is used.
  init(path: String) throws(Unusable) {
    self.path = path
    description = try Self.description(of: path)
    guard let data = FileManager.default.contents(atPath: "\(path)/\(Self.facesName)"),
      SHA256.digest(of: data) == description.facesDigest,
      let record = try? JSONDecoder().decode(FaceRecord<MuseTalkTrack>.self, from: data)
    else { throw Unusable(reason: "it is damaged") }
    self.record = record
    let sizes = try? Self.byteCounts(in: path)
    guard sizes == description.byteCounts else {
      throw Unusable(reason: "it is cut off or damaged")
    }
    faces = PreparedFaces(folder: path, isWritable: false)
    guard faces.isWhole else { throw Unusable(reason: "it is damaged") }
  }

  /// Reads `avatar.json` alone.
  static func description(of path: String) throws(Unusable) -> Description {
    guard let data = FileManager.default.contents(atPath: "\(path)/\(descriptionName)") else {
      throw Unusable(reason: "it has no \(descriptionName)")
    }
    guard let description = try? JSONDecoder().decode(Description.self, from: data),
      description.format == Description.format
    else { throw Unusable(reason: "it is damaged, or of another version of this program") }
    return description
  }

  static func byteCounts(in path: String) throws -> [String: Int] {
    let files = FileManager.default
    return try Dictionary(
      uniqueKeysWithValues: PreparedFaces.fileNames.map { name in
        let attributes = try files.attributesOfItem(atPath: "\(path)/\(name)")
        return (name, attributes[.size] as? Int ?? -1)
      })
  }

  /// Whether a prepared avatar, or what is left of one, lies at `path`.
  static func lies(at path: String) -> Bool { access("\(path)/\(descriptionName)", F_OK) == 0 }
}

extension SHA256 {
  static func digest(of data: Data) -> String {
    var hash = SHA256()
    data.withUnsafeBytes { hash.update($0) }
    return hash.finish()
  }
}
