import Batch
import MediaTypes
import TestSupport
import Testing

/// A folder with a manifest in it, and the kinds of work that tests ask for.
struct ManifestFixture {
  let folder: TemporaryFolder

  /// `files` are made with a byte in each; names that end in a slash become folders.
  init(_ files: [String] = ["voice.wav"]) throws {
    folder = try TemporaryFolder()
    for file in files { try add(file) }
  }

  func add(_ file: String) throws {
    let parts = file.split(separator: "/", omittingEmptySubsequences: false)
    let folders = parts.dropLast().joined(separator: "/")
    if !folders.isEmpty { try folder.run("mkdir", ["-p", folders]) }
    if parts.last != "" { try folder.write([1], to: file) }
  }

  /// Every type of option, and two kinds that a job may have at once.
  static let kinds = [
    JobKind(
      name: "generate", summary: "Make a clip.",
      options: [.init("prompt", .text, "What is seen.", isRequired: true)],
      outputExtensions: ["mp4"]),
    JobKind(
      name: "speak", summary: "Make a face speak.",
      options: [
        .init("audio", .inputPath, "The voice.", isRequired: true),
        .init("avatar", .inputPathOrName(names: ["anna", "ben"]), "Who speaks."),
        .init("crf", .integer(0...51), "Quality."),
        .init("strength", .number(0...2), "How much."),
        .init("require_face", .flag, "Fail without a face."),
        .init("loop", .choice(["bounce", "loop"]), "How it goes on."),
        .init(
          "fps",
          .pattern(regularExpression: "^[0-9]+(/[0-9]+)?$") {
            $0.allSatisfy { $0.isNumber || $0 == "/" } ? nil : "write it as 25"
          }, "Rate."),
        .init("caption", .text, "Text to show."),
        .init(
          "mark",
          .pattern(regularExpression: "\\S") {
            $0.allSatisfy(\.isWhitespace) ? "give some text, or leave it out" : nil
          }, "Text to draw."),
      ], outputExtensions: ["mp4", "m4v"]),
  ]

  var reader: ManifestReader {
    ManifestReader(
      kinds: Self.kinds, environment: ["SHOW": "news", "EMPTY": ""], date: "2025-03-30")
  }

  /// Reads `text` as the manifest called `name`.
  func read(
    _ text: String, as name: String = "batch.yaml"
  ) throws -> ExpandedManifest {
    try reader.read(try folder.write(Array(text.utf8), to: name))
  }

  /// The problems of `text`, as `line:column: message`.
  func problems(
    _ text: String, as name: String = "batch.yaml",
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> [String] {
    try problems(Array(text.utf8), as: name, sourceLocation: sourceLocation)
  }

  func problems(
    _ bytes: [UInt8], as name: String = "batch.yaml",
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> [String] {
    let path = try folder.write(bytes, to: name)
    let error = #expect(throws: ManifestError.self, sourceLocation: sourceLocation) {
      try reader.read(path)
    }
    #expect(error?.exitCode == .badInput, sourceLocation: sourceLocation)
    return error?.problems.map { "\($0.line):\($0.column): \($0.message)" } ?? []
  }

  /// A manifest of one job over `voice.wav`, with `lines` among the job's own.
  static func job(_ lines: String...) -> String {
    """
    version: 1
    jobs:
      - speak: {audio: voice.wav}
        output: out.mp4

    """ + lines.map { "    \($0)\n" }.joined()
  }

  /// The same with `options` added to `speak`.
  static func speak(_ options: String) -> String {
    "version: 1\njobs:\n  - output: out.mp4\n    speak: {audio: voice.wav, \(options)}\n"
  }
}
