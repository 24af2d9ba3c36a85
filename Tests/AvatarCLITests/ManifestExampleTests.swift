import Foundation
import TestSupport
import Testing

/// The manifests that the repository shows are right, with inputs that are only there.
@Suite(.enabled(if: CommandRun.binary != nil, "needs a built avatar"))
struct ManifestExampleTests {
  private static let manifests = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "manifests")

  private static let inputs = [
    "songs/birthday.wav", "songs/jingle.wav", "songs/album/one.mp3", "faces/anna.jpg",
    "clips/anchor.mp4", "voices/en.wav", "voices/de.wav", "voices/fr.wav", "voices/breaking.wav",
    "models/sd15/model_index.json", "voices/weather.wav", "voices/weather-de.wav",
    "voices/0001.wav", "voices/0002.wav",
  ]

  private static let jobCounts = [
    "song-by-every-presenter.yaml": 5, "folder-of-songs.yaml": 3, "languages.yaml": 6,
    "generated-hosts.yaml": 5, "priorities-and-needs.yaml": 4, "made-by-a-program.json": 2,
  ]

  @Test func `every example is valid and makes the jobs that it says`() throws {
    let folder = try TemporaryFolder()
    try folder.run("mkdir", ["-p", "models/sd15", "songs/album", "faces", "clips", "voices"])
    for input in Self.inputs { try folder.write([1], to: input) }
    let names = try FileManager.default.contentsOfDirectory(atPath: Self.manifests.path)
      .filter { $0 != "schema" }
    #expect(Set(names) == Set(Self.jobCounts.keys))
    for (name, jobs) in Self.jobCounts {
      try folder.write(Data(contentsOf: Self.manifests.appending(path: name)), to: name)
      let run = try CommandRun.run(["batch", "validate", name], in: folder.url)
      #expect(run.standardOutput == "\(name): valid, \(jobs) jobs\n", "\(run.standardError)")
    }
  }

  @Test func `the committed schema is the program's`() throws {
    let committed = try String(
      contentsOf: Self.manifests.appending(path: "schema/batch-1.schema.json"), encoding: .utf8)
    let run = try CommandRun.run(["batch", "schema"])
    #expect(run.standardOutput == committed, "avatar batch schema > manifests/schema/...")
  }
}
