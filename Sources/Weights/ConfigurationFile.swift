import Foundation

/// A network's `config.json`: its fields as they stand, and as the network's own configuration type.
public struct ConfigurationFile: Sendable {
  /// The file's path, or another name for messages.
  public let name: String
  /// All fields of the file.
  public let fields: [String: JSONValue]
  private let data: Data

  /// Reads the file at `path`; throws `WeightsError.unreadable` or `.configuration`.
  public init(path: String) throws(WeightsError) {
    do {
      try self.init(Data(contentsOf: URL(fileURLWithPath: path)), name: path)
    } catch let error as WeightsError {
      throw error
    } catch {
      let exists = FileManager.default.fileExists(atPath: path)
      throw .unreadable(
        file: path,
        reason: exists ? "it may not be read" : "no such file: it belongs to the weights")
    }
  }

  /// Reads a configuration from memory; `name` stands for the path in messages.
  public init(bytes: UnsafeRawBufferPointer, name: String) throws(WeightsError) {
    try self.init(Data(bytes), name: name)
  }

  private init(_ data: Data, name: String) throws(WeightsError) {
    guard data.count <= Self.maximumByteCount else {
      throw .configuration(file: name, reason: "\(data.count) bytes are not a configuration")
    }
    do {
      fields = try JSONDecoder().decode([String: JSONValue].self, from: data)
    } catch {
      throw .configuration(file: name, reason: "it is not a JSON object: get the original")
    }
    self.data = data
    self.name = name
  }

  private static let maximumByteCount = 1 << 20

  /// The configuration as a `Value`; throws `WeightsError.configuration` naming the field that is at fault.
  public func decode<Value: Decodable>(_ type: Value.Type) throws(WeightsError) -> Value {
    do {
      return try JSONDecoder().decode(type, from: data)
    } catch let error as DecodingError {
      throw .configuration(file: name, reason: Self.reason(error))
    } catch {
      throw .configuration(file: name, reason: "\(error)")
    }
  }

  private static func reason(_ error: DecodingError) -> String {
    switch error {
    case .keyNotFound(let key, _): "\"\(key.stringValue)\" is missing"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      "\"\(context.codingPath.first?.stringValue ?? "")\" has a value of the wrong kind"
    case .dataCorrupted(let context):
      context.codingPath.first.map { "\"\($0.stringValue)\": \(context.debugDescription)" }
        ?? context.debugDescription
    @unknown default: "it cannot be understood"
    }
  }
}
