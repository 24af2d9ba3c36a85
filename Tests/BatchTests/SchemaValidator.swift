import Foundation

/// A JSON value.
enum JSONValue: Decodable, Equatable {
  case null
  case flag(Bool)
  case number(Double)
  case text(String)
  case list([JSONValue])
  case object([String: JSONValue])

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let flag = try? container.decode(Bool.self) {
      self = .flag(flag)
    } else if let number = try? container.decode(Double.self) {
      self = .number(number)
    } else if let text = try? container.decode(String.self) {
      self = .text(text)
    } else if let list = try? container.decode([JSONValue].self) {
      self = .list(list)
    } else {
      self = .object(try container.decode([String: JSONValue].self))
    }
  }

  static func parse(_ text: String) throws -> JSONValue {
    try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
  }

  subscript(key: String) -> JSONValue? {
    if case .object(let object) = self { object[key] } else { nil }
  }
  var object: [String: JSONValue]? { if case .object(let object) = self { object } else { nil } }
  var list: [JSONValue]? { if case .list(let list) = self { list } else { nil } }
  var text: String? { if case .text(let text) = self { text } else { nil } }
  var number: Double? { if case .number(let number) = self { number } else { nil } }
}

/// Checks values against the parts of JSON Schema that manifests' schemas use; any other keyword is an error.
struct SchemaValidator {
  struct UnknownKeyword: Error { let name: String }

  let root: JSONValue

  func isValid(_ value: JSONValue) throws -> Bool { try isValid(value, root) }

  private func isValid(_ value: JSONValue, _ schema: JSONValue) throws -> Bool {
    try (schema.object ?? [:]).allSatisfy { try holds($0, $1, value, schema) }
  }

  private func holds(
    _ keyword: String, _ argument: JSONValue, _ value: JSONValue, _ schema: JSONValue
  ) throws -> Bool {
    switch keyword {
    case "$schema", "$id", "$defs", "title", "description", "examples": return true
    case "$ref": return try isValid(value, definition(argument))
    case "anyOf": return try argument.list?.contains { try isValid(value, $0) } == true
    case "allOf": return try argument.list?.allSatisfy { try isValid(value, $0) } == true
    case "enum": return argument.list?.contains(value) == true
    case "type": return (argument.list ?? [argument]).contains { isOf($0.text, value) }
    case "minLength": return value.text.map { $0.count >= Int(argument.number ?? 0) } ?? true
    case "minimum": return value.number.map { $0 >= argument.number ?? 0 } ?? true
    case "maximum": return value.number.map { $0 <= argument.number ?? 0 } ?? true
    case "minItems": return value.list.map { $0.count >= Int(argument.number ?? 0) } ?? true
    case "items": return try value.list?.allSatisfy { try isValid($0, argument) } ?? true
    case "pattern":
      guard let text = value.text else { return true }
      return try text.firstMatch(of: Regex(argument.text ?? "")) != nil
    default: return try holdsForObject(keyword, argument, value.object, schema)
    }
  }

  private func holdsForObject(
    _ keyword: String, _ argument: JSONValue, _ value: [String: JSONValue]?, _ schema: JSONValue
  ) throws -> Bool {
    let known = ["required", "propertyNames", "properties", "additionalProperties"]
    guard known.contains(keyword) else { throw UnknownKeyword(name: keyword) }
    guard let value else { return true }
    switch keyword {
    case "required": return argument.list?.allSatisfy { value[$0.text ?? ""] != nil } == true
    case "propertyNames":
      return try value.keys.allSatisfy { try isValid(.text($0), argument) }
    case "properties":
      return try value.allSatisfy { entry in
        try argument[entry.key].map { try isValid(entry.value, $0) } ?? true
      }
    default:
      let others = value.filter { schema["properties"]?[$0.key] == nil }
      if case .flag(let isAllowed) = argument { return isAllowed || others.isEmpty }
      return try others.values.allSatisfy { try isValid($0, argument) }
    }
  }

  private func definition(_ reference: JSONValue) -> JSONValue {
    let name = reference.text?.split(separator: "/").last.map(String.init) ?? ""
    return root["$defs"]?[name] ?? .null
  }

  private func isOf(_ type: String?, _ value: JSONValue) -> Bool {
    switch (type, value) {
    case ("object", .object), ("array", .list), ("string", .text), ("boolean", .flag),
      ("number", .number), ("null", .null):
      true
    case ("integer", .number(let number)): number == number.rounded()
    default: false
    }
  }
}
