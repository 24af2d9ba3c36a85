import Foundation
import TestSupport
import Testing

@testable import Batch

/// Schema and reader agree on what either can tell.
@Suite struct ManifestSchemaTests {
  private func manifest(_ job: String, _ rest: String = "") -> String {
    """
    {"version": 1, \(rest) "jobs": [{"output": "a.mp4", "speak": {"audio": "voice.wav"}, \(job)}]}
    """
  }

  private func speak(_ option: String) -> String {
    """
    {"version": 1, "jobs": [{"output": "a.mp4", "speak": {"audio": "voice.wav", \(option)}}]}
    """
  }

  private func check(
    _ text: String, isRight: Bool, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let fixture = try ManifestFixture()
    let schema = SchemaValidator(
      root: try .parse(ManifestSchema.text(for: ManifestFixture.kinds)))
    #expect(try schema.isValid(.parse(text)) == isRight, "schema", sourceLocation: sourceLocation)
    let path = try fixture.folder.write(Array(text.utf8), to: "batch.json")
    let isRead = (try? fixture.reader.read(path)) != nil
    #expect(isRead == isRight, "reader", sourceLocation: sourceLocation)
  }

  @Test(arguments: [
    #""name": "a""#, #""name": 7"#, #""priority": -3"#, #""priority": "3{{env.EMPTY}}""#,
    #""retries": 2"#, #""retries": {"limit": 2, "backoff": "1m"}"#, #""retries": {}"#,
    #""timeout": "1h30m""#, #""timeout": {"attempt": "90s", "job": "1d"}"#,
    #""labels": {"a": "b", "c": 1, "d": true}"#, #""contact_sheet": true"#, #""needs": []"#,
    #""matrix": {"a": [1], "b-c": ["x"]}"#, #""for_each": "*.wav""#, #""for_each": ["*.wav"]"#,
    #""generate": {"prompt": "a room"}"#,
  ])
  func `jobs that both take`(job: String) throws {
    try check(manifest(job), isRight: true)
  }

  @Test(arguments: [
    #""crf": 0"#, #""crf": 51"#, #""crf": "5{{env.EMPTY}}""#, #""strength": 0.5"#,
    #""strength": 2"#, #""require_face": false"#, #""loop": "bounce""#, #""fps": 25"#,
    #""fps": "30000/1001""#, #""caption": "x""#, #""caption": 7"#, #""avatar": "anna""#,
  ])
  func `options that both take`(option: String) throws {
    try check(speak(option), isRight: true)
  }

  @Test(arguments: [
    #""name": """#, #""name": null"#, #""name": ["a"]"#, #""priority": 1.5"#, #""priority": 2000"#,
    #""priority": "high""#, #""retries": 101"#, #""retries": {"limits": 1}"#,
    #""retries": {"backoff": 3}"#, #""timeout": 90"#, #""timeout": "soon""#,
    #""timeout": {"attempts": "1s"}"#, #""labels": ["a"]"#, #""labels": {"a": {}}"#,
    #""contact_sheet": "yes""#, #""needs": {}"#, #""matrix": {}, "x": 1"#, #""matrix": {"a": []}"#,
    #""matrix": {"a": 1}"#, #""matrix": {"a b": [1]}"#, #""for_each": []"#, #""for_each": {}"#,
    #""generate": {"prompts": "a"}"#, #""generate": 1"#, #""unknown": 1"#,
  ])
  func `jobs that neither takes`(job: String) throws {
    try check(manifest(job), isRight: false)
  }

  @Test(arguments: [
    #""crf": 52"#, #""crf": "high""#, #""crf": true"#, #""crf": [1]"#, #""strength": 2.1"#,
    #""strength": "much""#, #""require_face": 1"#, #""require_face": "yes""#, #""loop": "spin""#,
    #""loop": 1"#, #""fps": "fast""#, #""fps": true"#, #""caption": ["x"]"#,
    #""avatar": """#, #""audoi": "x""#,
  ])
  func `options that neither takes`(option: String) throws {
    try check(speak(option), isRight: false)
  }

  @Test func `manifests as a whole`() throws {
    try check(
      manifest(#""name": "a""#, #""$schema": "x", "defaults": {"priority": 1},"#), isRight: true)
    try check(manifest(#""name": "a""#, #""defaults": {"speak": {"crf": 3}},"#), isRight: true)
    try check(manifest(#""name": "a""#, #""defaults": {"name": "x"},"#), isRight: false)
    try check(
      manifest(#""priority": null"#, #""defaults": {"priority": 1},"#), isRight: true)
    try check(manifest(#""name": null"#, #""defaults": {"priority": 1},"#), isRight: false)
    try check(manifest(#""name": "a""#, #""defaults": {"priority": null},"#), isRight: false)
    try check(manifest(#""name": "a""#, #""default": {},"#), isRight: false)
    try check(#"{"version": 1, "jobs": []}"#, isRight: false)
    try check(#"{"version": 1, "jobs": {}}"#, isRight: false)
    try check(#"{"version": 2, "jobs": [{}]}"#, isRight: false)
    try check(#"{"jobs": [{"output": "a.mp4"}]}"#, isRight: false)
    try check(#"{"version": 1, "jobs": [{"output": "a.mp4"}]}"#, isRight: false)
    try check(#"{"version": 1}"#, isRight: false)
    try check("[]", isRight: false)
  }

  @Test func `the examples hold to the committed schema`() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "manifests")
    let committed = try String(
      contentsOf: root.appending(path: "schema/batch-1.schema.json"), encoding: .utf8)
    let schema = SchemaValidator(root: try .parse(committed))
    let names = try FileManager.default.contentsOfDirectory(atPath: root.path)
      .filter { $0 != "schema" }
    #expect(names.count >= 5)
    for name in names {
      let text = try String(contentsOf: root.appending(path: name), encoding: .utf8)
      let value: JSONValue =
        name.hasSuffix(".json")
        ? try .parse(text) : JSONValue(try #require(try YAMLReader.read(text)))
      #expect(try schema.isValid(value), "\(name)")
    }
  }
}

extension JSONValue {
  /// What YAML's core schema takes `node` for.
  init(_ node: ManifestNode) {
    switch node.content {
    case .null: self = .null
    case .scalar("true"): self = .flag(true)
    case .scalar("false"): self = .flag(false)
    case .scalar(let text): self = Double(text).map { .number($0) } ?? .text(text)
    case .list(let list): self = .list(list.map { JSONValue($0) })
    case .mapping(let entries):
      self = .object(
        Dictionary(uniqueKeysWithValues: entries.map { ($0.key, JSONValue($0.value)) }))
    }
  }
}
