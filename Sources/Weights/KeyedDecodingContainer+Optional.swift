extension KeyedDecodingContainer {
  /// Reads the field `key` into `value`, which stays as it is where the field is absent or null.
  public func read<Value: Decodable>(_ key: Key, into value: inout Value) throws {
    value = try decodeIfPresent(Value.self, forKey: key) ?? value
  }
}
