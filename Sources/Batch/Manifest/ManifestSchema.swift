import Foundation

/// The JSON Schema (draft 2020-12) of manifests, made from the kinds of work, for editors and other programs.
///
/// It tells keys and types; what takes more than one value to see (names, files, outputs, needs) only the reader tells.
public enum ManifestSchema {
  /// The schema's text, the same for the same kinds.
  ///
  /// - Throws: nothing in practice: encoding literals.
  public static func text(for kinds: [JobKind]) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(root(kinds)), as: UTF8.self) + "\n"
  }

  private static func root(_ kinds: [JobKind]) -> SchemaValue {
    var definitions = shared
    for kind in kinds { definitions[kind.name] = options(of: kind) }
    definitions["job"] = job(kinds, keys: JobKey.allCases, requiresKind: true)
    definitions["defaults"] = job(
      kinds, keys: JobKey.allCases.filter(\.isDefault), requiresKind: false)
    return [
      "$schema": "https://json-schema.org/draft/2020-12/schema",
      "$id": "urn:avatar:batch-1",
      "title": "Manifest of avatar batch, version 1",
      "type": "object",
      "required": ["version", "jobs"],
      "additionalProperties": false,
      "properties": [
        "$schema": ["type": "string", "description": "This schema, for editors of JSON."],
        "version": ["enum": [1, "1"], "description": "Version of the manifest's format."],
        "defaults": .reference("defaults").described("What jobs have that do not say otherwise."),
        "jobs": [
          "type": "array", "minItems": 1, "items": .reference("job"),
          "description": "The jobs, in the order in which equal ones start.",
        ],
      ],
      "$defs": .object(definitions),
    ]
  }

  /// Definitions that do not depend on the kinds of work.
  private static var shared: [String: SchemaValue] {
    [
      "template": [
        "type": "string", "pattern": "\\{\\{",
        "description": "Text with templates, as in {{file.stem}}.",
      ],
      "text": ["type": ["string", "number", "boolean"]],
      "line": ["anyOf": [["type": "string", "minLength": 1], ["type": ["number", "boolean"]]]],
      "lines": [
        "anyOf": [.reference("line"), ["type": "array", "items": .reference("line")]]
      ],
      "duration": orTemplate([
        "type": "string", "pattern": .text(ManifestDuration.regularExpression),
      ]),
      "retryLimit": integer(JobKey.retryLimitRange),
    ]
  }

  private static func job(
    _ kinds: [JobKind], keys: [JobKey], requiresKind: Bool
  ) -> SchemaValue {
    var properties: [String: SchemaValue] = [:]
    for kind in kinds {
      let options = SchemaValue.reference(kind.name)
      properties[kind.name] = (requiresKind ? orNull(options) : options).described(kind.summary)
    }
    for key in keys {
      let isCancellable = requiresKind && key.isDefault
      properties[key.rawValue] =
        (isCancellable ? orNull(value(of: key)) : value(of: key)).described(key.summary)
    }
    var schema: [String: SchemaValue] = [
      "type": "object", "additionalProperties": false, "properties": .object(properties),
    ]
    if requiresKind {
      schema["anyOf"] = .list(kinds.map { ["required": .list([.text($0.name)])] })
    }
    return .object(schema)
  }

  private static func value(of key: JobKey) -> SchemaValue {
    switch key {
    case .name, .output: .reference("line")
    case .forEach:
      [
        "anyOf": [
          .reference("line"), ["type": "array", "minItems": 1, "items": .reference("line")],
        ]
      ]
    case .matrix:
      [
        "type": "object", "propertyNames": ["pattern": "^[A-Za-z0-9_-]+$"],
        "additionalProperties": ["type": "array", "minItems": 1, "items": .reference("text")],
      ]
    case .needs: .reference("lines")
    case .priority: integer(JobKey.priorityRange)
    case .retries:
      [
        "anyOf": [
          .reference("retryLimit"), fields(["limit": "retryLimit", "backoff": "duration"]),
        ]
      ]
    case .timeout:
      ["anyOf": [.reference("duration"), fields(["attempt": "duration", "job": "duration"])]]
    case .labels: ["type": "object", "additionalProperties": .reference("line")]
    case .contactSheet: orTemplate(["type": "boolean"])
    }
  }

  private static func fields(_ names: [String: String]) -> SchemaValue {
    [
      "type": "object", "additionalProperties": false,
      "properties": .object(names.mapValues { .reference($0) }),
    ]
  }

  private static func options(of kind: JobKind) -> SchemaValue {
    var properties: [String: SchemaValue] = [:]
    for option in kind.options {
      properties[option.key] = orNull(value(of: option.type)).described(option.summary)
    }
    return [
      "type": "object", "additionalProperties": false, "properties": .object(properties),
    ]
  }

  private static func value(of type: JobKind.OptionType) -> SchemaValue {
    switch type {
    case .text: .reference("text")
    case .inputPath: .reference("line")
    case .inputPathList, .inputPathsWithin(_), .lines(_): .reference("lines")
    case .inputPathOrName(let names):
      ["allOf": [.reference("line")], "examples": .list(names.map(SchemaValue.text))]
    case .inputPaths(let names, _):
      [
        "type": "object", "additionalProperties": .reference("line"),
        "propertyNames": ["examples": .list(names.map(SchemaValue.text))],
      ]
    case .integer(let range): integer(range)
    case .number(let range):
      orTemplate([
        "type": "number", "minimum": .number(range.lowerBound),
        "maximum": .number(range.upperBound),
      ])
    case .flag: orTemplate(["type": "boolean"])
    case .choice(let names): orTemplate(["enum": .list(names.map(SchemaValue.text))])
    case .pattern(let regularExpression, _):
      orTemplate(["type": "string", "pattern": .text(regularExpression)], ["type": "number"])
    }
  }

  private static func integer(_ range: ClosedRange<Int>) -> SchemaValue {
    var schema: [String: SchemaValue] = [
      "type": "integer", "minimum": .integer(range.lowerBound),
    ]
    if range.upperBound != .max { schema["maximum"] = .integer(range.upperBound) }
    return orTemplate(.object(schema))
  }

  /// What a job may also say of a key that the defaults have, to have it neither way.
  private static func orNull(_ schema: SchemaValue) -> SchemaValue {
    ["anyOf": [schema, ["type": "null"]]]
  }

  private static func orTemplate(_ schemas: SchemaValue...) -> SchemaValue {
    ["anyOf": .list(schemas + [.reference("template")])]
  }
}
