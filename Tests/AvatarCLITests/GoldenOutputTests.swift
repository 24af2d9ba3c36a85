import Batch
import Digests
import Foundation
import Media
import MediaTypes
import TestSupport
import Testing

/// Holds the version to its promise: as long as it stays, a job's output has the same bytes, and batches may trust old outputs.
@Suite(.enabled(if: CommandRun.binary != nil, "needs a built avatar"))
struct GoldenOutputTests {
  /// Digests of one output, by what else decides its bytes: version, instruction set, precision, and libraries of the system.
  private typealias Goldens = [String: String]

  private static let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appending(path: "Fixtures/golden-output.json")

  private func key(_ instructionSet: String) throws -> String {
    let run = try CommandRun.run(["--version"])
    let version = run.standardOutput.trimmingCharacters(in: .whitespacesAndNewlines)
    let libraries = MediaLibraries.linked.map { "\($0.name.prefix { $0 != " " }) \($0.version)" }
    return ([version, instructionSet, "fp32"] + libraries).joined(separator: ", ")
  }

  /// A second of a presenter, by way of a batch.
  private func digest(_ instructionSet: String) throws -> String {
    let folder = try TemporaryFolder()
    try folder.write(wave(), to: "sound.wav")
    let manifest = """
      {"version": 1, "jobs": [{"name": "a", "output": "out/a.mp4",
        "speak": {"audio": "sound.wav", "avatar": "pip", "fps": 10, "precision": "fp32"}}]}
      """
    try folder.write(Array(manifest.utf8), to: "batch.json")
    let run = try CommandRun.run(
      BatchWorkshop.arguments(), in: folder.url, environment: ["AVATAR_MAX_ISA": instructionSet])
    try #require(run.status == 0, "\(run.standardError)")
    return try SHA256.digest(ofFile: folder.file("out/a.mp4"))
  }

  /// One second of a buzz that rises and falls, 16 kHz, 16 bit: the same everywhere, being made of integers.
  private func wave() -> [UInt8] {
    let samples = (0..<16_000).map { index -> Int16 in
      let period = 80 + index / 400
      let loudness = 4000 + 3000 * (index / 2000 % 2)
      return Int16((index % period) * loudness / period - loudness / 2)
    }
    func little(_ value: Int, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    let data = samples.flatMap { little(Int($0), 2) }
    return Array("RIFF".utf8) + little(36 + data.count, 4) + Array("WAVEfmt ".utf8) + little(16, 4)
      + little(1, 2) + little(1, 2) + little(16_000, 4) + little(32_000, 4) + little(2, 2)
      + little(16, 2) + Array("data".utf8) + little(data.count, 4) + data
  }

  @Test(arguments: ["avx2"])
  func `outputs change only with the version`(instructionSet: String) throws {
    var goldens = try JSONDecoder().decode(Goldens.self, from: Data(contentsOf: Self.path))
    let (key, digest) = (try key(instructionSet), try digest(instructionSet))
    if ProcessInfo.processInfo.environment["AVATAR_RECORD_GOLDENS"] != nil {
      goldens[key] = digest
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
      try encoder.encode(goldens).write(to: Self.path)
      return
    }
    guard let golden = goldens[key] else {
      let isRecorded = goldens.keys.contains { $0.hasPrefix("\(key.prefix { $0 != "," }),") }
      #expect(
        isRecorded,
        """
        no output of this version is recorded: run this test with AVATAR_RECORD_GOLDENS=1 and commit \
        \(Self.path.lastPathComponent)
        """)
      return
    }
    #expect(
      digest == golden,
      """
      the bytes of outputs changed, and the version did not: batches would take old outputs for new ones. \
      If the change is meant, raise Version.current, run this test with AVATAR_RECORD_GOLDENS=1, and commit \
      \(Self.path.lastPathComponent); if not, mend it
      """)
  }
}
