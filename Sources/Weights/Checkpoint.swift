public import Compute
import Synchronization

/// The named tensors of a file of weights, mapped into memory and converted only when asked for.
///
/// Safetensors, PyTorch's archives and older streams, and files in several parts with an index are recognised by
/// their contents. Dictionaries within dictionaries are flattened: their names are joined by dots. Nothing that a
/// pickle asks for is executed.
public final class Checkpoint: Sendable {
  /// What the network may learn about a tensor without reading it.
  public struct Info: Sendable, Equatable {
    public let type: ElementType
    public let shape: [Int]
  }

  /// The file's path, or another name for messages.
  public let name: String
  /// The file's own remarks, such as how it was made.
  public let metadata: [String: String]
  private let entries: [String: StoredTensor]
  /// How many values of each tensor read so far are not finite.
  private let strangeCounts = Mutex<[String: Int]>([:])

  /// Opens the weights at `path`: a file, the index of several, or the folder that holds an index.
  ///
  /// Throws `WeightsError.unreadable` or `.malformed`.
  public convenience init(path: String) throws(WeightsError) {
    let path = ByteRegion.isFolder(path) ? try ShardedCheckpoint.index(in: path) : path
    let region = try ByteRegion(path: path)
    guard case .json = FileKind(region.bytes) else {
      try self.init(CheckpointContents(region, name: path), name: path)
      return
    }
    let index = try ShardedCheckpoint(region, path: path)
    let entries = try index.entries { (part) throws(WeightsError) in
      try CheckpointContents(ByteRegion(path: part), name: part).entries
    }
    self.init(CheckpointContents(entries: entries), name: path)
  }

  /// Reads weights that lie in memory for as long as the program runs.
  ///
  /// `name` stands for the path in messages. Throws `WeightsError.malformed`.
  public convenience init(
    staticBytes: UnsafeRawBufferPointer, name: String
  ) throws(WeightsError) {
    try self.init(CheckpointContents(ByteRegion(staticBytes: staticBytes), name: name), name: name)
  }

  init(_ contents: CheckpointContents, name: String) {
    self.name = name
    entries = contents.entries
    metadata = contents.metadata
  }

  /// All tensors' names, sorted.
  public var keys: [String] { entries.keys.sorted() }

  /// Type and shape of the tensor named `key`, nil if there is none.
  public func info(_ key: String) -> Info? {
    entries[key].map { Info(type: $0.type, shape: $0.shape) }
  }

  /// All tensors as a tree of names, none of them consumed yet.
  public var weights: WeightScope { WeightScope(self) }

  /// The tree of names in which the tensor `key` lies: the whole file's, or the subtree that training code put it into.
  ///
  /// Such are `state_dict`, `model`, or the `module` of PyTorch's parallel training. What lies beside the subtree, an
  /// optimizer's state for instance, is not looked at. Where several subtrees have the tensor, or none has it, it is
  /// the whole file's.
  public func weights(with key: String) -> WeightScope {
    guard entries[key] == nil else { return weights }
    let places = entries.keys.filter { $0.hasSuffix("." + key) }
    guard places.count == 1, let place = places.first else { return weights }
    return weights[String(place.dropLast(key.count + 1))]
  }

  /// Some tensors of this file under other names: `names` has theirs here, by the new ones.
  ///
  /// Throws `WeightsError.missing`.
  public func renamed(_ names: [String: String]) throws(WeightsError) -> Checkpoint {
    var renamed: [String: StoredTensor] = [:]
    for (new, old) in names {
      guard let entry = entries[old] else { throw .missing(file: name, key: old) }
      renamed[new] = entry
    }
    return Checkpoint(CheckpointContents(entries: renamed), name: name)
  }

  /// The values of the tensor named `key`, converted to fp32.
  ///
  /// Throws `WeightsError.missing` or `.type`.
  public func tensor(_ key: String) throws(WeightsError) -> HostTensor {
    let values = try values(key)
    return HostTensor(shape: entries[key]!.shape, values: values)
  }

  func values(_ key: String) throws(WeightsError) -> [Float] {
    guard let entry = entries[key] else { throw .missing(file: name, key: key) }
    guard entry.type.isReadable else {
      throw .type(file: name, key: key, found: entry.type.rawValue)
    }
    let (values, strangeCount) = entry.values()
    if strangeCount > 0 { strangeCounts.withLock { $0[key] = strangeCount } }
    return values
  }

  /// What should be known about the tensors that were read so far; one line each.
  public var warnings: [String] {
    let strange = strangeCounts.withLock { $0 }.sorted { $0.key < $1.key }
    guard let first = strange.first else { return [] }
    let others = strange.count == 1 ? "" : " and \(strange.count - 1) more tensors"
    return [
      "\(name): values that are not finite in \"\(first.key)\" (\(first.value))\(others): "
        + "results may be useless, get intact weights"
    ]
  }
}
