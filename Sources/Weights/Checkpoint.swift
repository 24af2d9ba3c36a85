public import Compute

/// The named tensors of one safetensors file, mapped into memory and converted only when asked for.
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
  private let entries: [String: SafetensorsHeader.Entry]
  private let region: ByteRegion

  /// Opens the safetensors file at `path`; throws `WeightsError.unreadable` or `.malformed`.
  public convenience init(path: String) throws(WeightsError) {
    try self.init(region: ByteRegion(path: path), name: path)
  }

  /// Reads a safetensors file that lies in memory for as long as the program runs.
  ///
  /// `name` stands for the path in messages. Throws `WeightsError.malformed`.
  public convenience init(
    staticBytes: UnsafeRawBufferPointer, name: String
  ) throws(WeightsError) {
    try self.init(region: ByteRegion(staticBytes: staticBytes), name: name)
  }

  private init(region: ByteRegion, name: String) throws(WeightsError) {
    let header = try SafetensorsHeader(region.bytes, file: name)
    self.name = name
    self.region = region
    metadata = header.metadata
    entries = header.entries
  }

  /// All tensors' names, sorted.
  public var keys: [String] { entries.keys.sorted() }

  /// Type and shape of the tensor named `key`, nil if there is none.
  public func info(_ key: String) -> Info? {
    entries[key].map { Info(type: $0.type, shape: $0.shape) }
  }

  /// All tensors as a tree of names, none of them consumed yet.
  public var weights: WeightScope { WeightScope(self) }

  /// The values of the tensor named `key`, converted to fp32.
  ///
  /// Throws `WeightsError.missing`, `.type`, or `.notFinite`.
  public func tensor(_ key: String) throws(WeightsError) -> HostTensor {
    guard let entry = entries[key] else { throw .missing(file: name, key: key) }
    return HostTensor(shape: entry.shape, values: try values(key, entry))
  }

  func values(_ key: String) throws(WeightsError) -> [Float] {
    guard let entry = entries[key] else { throw .missing(file: name, key: key) }
    return try values(key, entry)
  }

  private func values(
    _ key: String, _ entry: SafetensorsHeader.Entry
  ) throws(WeightsError) -> [Float] {
    let bytes = UnsafeRawBufferPointer(rebasing: region.bytes[entry.bytes])
    guard let values = entry.type.floats(bytes) else {
      throw .type(file: name, key: key, found: entry.type.rawValue)
    }
    let strange = values.reduce(0) { $0 + ($1.isFinite ? 0 : 1) }
    guard strange == 0 else { throw .notFinite(file: name, key: key, count: strange) }
    return values
  }
}
