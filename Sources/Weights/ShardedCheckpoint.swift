import Foundation

/// Weights in several files, and the index that says where each tensor is.
///
/// Hugging Face's libraries write `model.safetensors.index.json` or `pytorch_model.bin.index.json` beside the parts.
struct ShardedCheckpoint {
  private struct Index: Decodable {
    // swift-format-ignore: AlwaysUseLowerCamelCase
    let weight_map: [String: String]
  }

  private let path: String
  private let partOfKey: [String: String]

  private static let maximumByteCount = 16 << 20
  private static let maximumPartCount = 1000

  /// Reads the index in `region`, the file at `path`; throws `WeightsError.malformed`.
  init(_ region: ByteRegion, path: String) throws(WeightsError) {
    self.path = path
    guard region.bytes.count <= Self.maximumByteCount else {
      throw .malformed(file: path, reason: "\(region.bytes.count) bytes are not an index of parts")
    }
    guard let index = try? JSONDecoder().decode(Index.self, from: Data(region.bytes)) else {
      throw .malformed(
        file: path, reason: "it is JSON and no index of parts: name the file of weights")
    }
    partOfKey = index.weight_map
    guard !partOfKey.isEmpty else {
      throw .malformed(file: path, reason: "it names no tensors: download it again")
    }
    if let odd = parts.first(where: { $0.isEmpty || $0.contains("/") || $0.hasPrefix(".") }) {
      throw .malformed(file: path, reason: "its part \"\(odd)\" is not a file beside it")
    }
    guard parts.count <= Self.maximumPartCount else {
      throw .malformed(file: path, reason: "it has \(parts.count) parts")
    }
  }

  /// The files' names, sorted.
  private var parts: [String] { Set(partOfKey.values).sorted() }

  /// The tensors of all parts, each of which `read` opens.
  ///
  /// Throws `WeightsError.unreadable` or `.malformed`, also where index and parts disagree.
  func entries(
    _ read: (_ path: String) throws(WeightsError) -> [String: StoredTensor]
  ) throws(WeightsError) -> [String: StoredTensor] {
    let folder = path.prefix(through: path.lastIndex(of: "/") ?? path.startIndex)
    var entries: [String: StoredTensor] = [:]
    for part in parts {
      for (key, entry) in try read((path.contains("/") ? folder : "") + part) {
        guard partOfKey[key] == part else {
          throw .malformed(
            file: path,
            reason: "it does not name tensor \"\(key)\" of \"\(part)\": download both again")
        }
        entries[key] = entry
      }
    }
    if let lost = partOfKey.first(where: { entries[$0.key] == nil }) {
      throw .malformed(
        file: path,
        reason: "tensor \"\(lost.key)\" is not in \"\(lost.value)\": download both again")
    }
    return entries
  }

  /// The index in the folder at `path`, safetensors' rather than PyTorch's; throws `WeightsError.unreadable`.
  static func index(in path: String) throws(WeightsError) -> String {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    let indices = files.filter { $0.hasSuffix(".index.json") }.sorted()
    let preferred = indices.filter { $0.contains("safetensors") }
    let choice = preferred.isEmpty ? indices : preferred
    guard choice.count == 1 else {
      let reason =
        choice.isEmpty
        ? "it is a folder: name the file of weights in it"
        : "it is a folder with several indices: name one of \(choice.joined(separator: ", "))"
      throw .unreadable(file: path, reason: reason)
    }
    return path + "/" + choice[0]
  }
}
