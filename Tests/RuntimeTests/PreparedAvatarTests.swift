import Compute
import Face
import Foundation
import LipSync
import MediaTypes
import ModelStore
import Synchronization
import TestSupport
import Testing

@testable import Runtime

/// Clips that are prepared once and speak often, on random weights.
struct PreparedAvatarTests {
  private let folder: TemporaryFolder
  /// With the cache that most of a test goes through.
  private let resources: SpeakResources

  init() throws {
    folder = try TemporaryFolder()
    resources = SpeakResources(preparedAvatars: PreparedCache(folder: folder.file("cache")))
    try folder.run("ffmpeg", ["-v", "error", "-f", "lavfi", "-i", "sine=300:d=5", "say.wav"])
    try folder.run("ffmpeg", ["-v", "error", "-f", "lavfi", "-i", "sine=900:d=7", "sing.wav"])
    try folder.run(
      "ffmpeg",
      ["-v", "error", "-f", "lavfi", "-i", "testsrc=s=160x128:r=1:d=4", "-g", "2", "clip.mp4"])
    try folder.run("cp", ["-r", MuseTalkNetworkTests.folder, "models"])
  }

  private func fresh(_ cache: String = "cache", limit: Int = 1 << 30) -> SpeakResources {
    SpeakResources(preparedAvatars: PreparedCache(folder: folder.file(cache), byteLimit: limit))
  }

  private func request(_ output: String, audio: String = "say.wav") -> SpeakRequest {
    var request = SpeakRequest(audio: folder.file(audio), output: folder.file(output))
    request.avatar = folder.file("clip.mp4")
    request.model = folder.file("models")
    request.rate = Rational(1)
    request.provenance.recordsCommand = false
    request.museTalk.compatibility = .upstream
    return request
  }

  private func data(_ name: String) throws -> Data {
    try Data(contentsOf: URL(filePath: folder.file(name)))
  }

  private func entries(_ cache: String = "cache") -> [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: folder.file(cache)))?.sorted() ?? []
  }

  /// Speaks, and says which warnings were given and whether faces were looked for.
  @discardableResult
  private func speak(
    _ request: SpeakRequest, _ resources: SpeakResources
  ) throws -> (report: SpeakReport, warnings: [String], searched: Bool) {
    let told = Mutex((warnings: [String](), searched: false))
    let report = try SpeakJob(request, resources: resources).run { event in
      told.withLock { told in
        if case .warning(let text) = event { told.warnings.append(text) }
        if case .stage("finding the face", _, _) = event { told.searched = true }
      }
    }
    let (warnings, searched) = told.withLock { $0 }
    return (report, warnings, searched)
  }

  /// Makes weights useless in a way that their size, time and place do not show: who opens them fails.
  private func spoil(_ file: String) throws {
    let path = folder.file("models/\(file)")
    try folder.run("cp", ["-p", path, "times"])
    let count = try Data(contentsOf: URL(filePath: path)).count
    let handle = try FileHandle(forWritingTo: URL(filePath: path))
    try handle.write(contentsOf: Data(count: count))
    try handle.close()
    try folder.run("touch", ["-r", "times", path])
  }

  @Test func `another sound needs only the networks that hear and paint, and gives the same bytes`()
    throws
  {
    try speak(request("fresh.mp4", audio: "sing.wav"), fresh("other"))
    let first = try speak(request("first.mp4"), resources)
    #expect(first.searched && first.report.prepared == folder.file("cache/\(entries()[0])"))
    for file in [
      "s3fd/s3fd.safetensors", "dwpose/dwpose.safetensors", "face-parse-bisent/bisenet.safetensors",
    ] { try spoil(file) }
    #expect(throws: (any Error).self) { try speak(request("no.mp4"), fresh("empty")) }
    let shared = fresh()
    let second = try speak(request("second.mp4", audio: "sing.wav"), shared)
    #expect(!second.searched && second.report.framesWithFace == 7)
    #expect(try data("second.mp4") == data("fresh.mp4"))
    let model = try MuseTalkModel(try ModelStore.locate(request("").model), autoencoder: nil)
    let networks = try shared.museTalk(
      model, threads: ResourceUsage.availableCores, precision: .auto)
    #expect(!networks.hasEncoder, "the networks that this job has used")
  }

  @Test func `a longer sound adds what it needs to a prepared beginning`() throws {
    try folder.run("ffmpeg", ["-v", "error", "-i", "say.wav", "-t", "2.5", "short.wav"])
    try speak(request("short.mp4", audio: "short.wav"), resources)
    let short = try PreparedAvatar(path: folder.file("cache/\(entries()[0])"))
    #expect(short.faces.completeCount == 2 && short.record.frameCount == 4)
    let long = try speak(request("long.mp4"), resources)
    #expect(long.searched && entries().count == 1)
    let whole = try PreparedAvatar(path: folder.file("cache/\(entries()[0])"))
    #expect(whole.faces.completeCount == 4)
    try speak(request("fresh.mp4"), fresh("other"))
    #expect(try data("long.mp4") == data("fresh.mp4"))
  }

  @Test func `what does not match is not used`() throws {
    try speak(request("a.mp4"), resources)
    var shifted = request("b.mp4")
    shifted.museTalk.boxShift = 3
    #expect(try speak(shifted, resources).searched)
    #expect(entries().count == 2)
    try folder.run("touch", ["-d", "2001-01-01", "clip.mp4"])
    #expect(try !speak(request("c.mp4"), resources).searched, "the content counts, not the time")
    try folder.run(
      "ffmpeg",
      ["-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=s=160x128:r=1:d=4", "clip.mp4"])
    #expect(try speak(request("d.mp4"), resources).searched)
    try folder.run("touch", ["models/dwpose/dwpose.safetensors"])
    #expect(try speak(request("e.mp4"), resources).searched)
    #expect(entries().count == 4)
  }

  @Test(arguments: ["faces.json", "latents", "masks", "avatar.json"])
  func `a damaged entry is made again with a note`(file: String) throws {
    let fresh = try speak(request("a.mp4"), resources)
    let path = try #require(fresh.report.prepared) + "/" + file
    let whole = try Data(contentsOf: URL(filePath: path))
    var flipped = whole
    flipped[whole.count / 2] ^= 1
    for (number, damaged) in [flipped, whole.prefix(whole.count / 2)].enumerated() {
      try damaged.write(to: URL(filePath: path))
      let again = try speak(request("again\(number).mp4"), resources)
      #expect(again.warnings.contains { $0.contains("made again") })
      #expect(try data("again\(number).mp4") == data("a.mp4"))
    }
    #expect(try speak(request("after.mp4"), resources).searched == false)
  }

  @Test func `a prepared folder speaks by itself, and says why where it can't`() throws {
    var clip = request("")
    clip.museTalk.boxShift = 2
    let made = try PrepareJob(clip, output: folder.file("anna"), resources: resources).run()
    #expect(made.frames == 4 && made.framesWithFace == 4 && made.byteCount > 0)
    #expect(entries().isEmpty)
    var named = SpeakRequest(audio: folder.file("sing.wav"), output: folder.file("named.mp4"))
    named.avatar = folder.file("anna")
    named.rate = Rational(1)
    named.provenance.recordsCommand = false
    let told = try speak(named, resources)
    #expect(!told.searched && told.report.prepared == folder.file("anna") && entries().isEmpty)
    var direct = clip
    (direct.audio, direct.output) = (named.audio, folder.file("direct.mp4"))
    try speak(direct, fresh("other"))
    #expect(try data("named.mp4") == data("direct.mp4"))

    named.output = folder.file("no.mp4")
    func complaint(_ change: (inout SpeakRequest) -> Void = { _ in }) -> RuntimeError? {
      var changed = named
      change(&changed)
      return #expect(throws: RuntimeError.self) { try speak(changed, resources) }
    }
    let shifted = complaint { $0.museTalk.boxShift = 3 }
    #expect(
      shifted?.description.contains("other options") == true && shifted?.exitCode == .badInput)
    try folder.run("cp", ["-r", "models", "others"])
    let other = complaint { $0.model = folder.file("others") }
    #expect(other?.description.contains("another model") == true)
    try folder.run("truncate", ["-s", "-1", "anna/masks"])
    #expect(complaint()?.description.contains("cut off or damaged") == true)
    try folder.run("mv", ["clip.mp4", "moved.mp4"])
    #expect(complaint()?.exitCode == .missingInput)
    try folder.run("truncate", ["-s", "10", "anna/avatar.json"])
    let damaged = complaint()
    #expect(
      damaged?.exitCode == .badInput && damaged?.description.contains("avatar prepare") == true)
  }

  @Test func `preparing goes on where it was stopped, and spares what is not its own`() throws {
    let cancellation = Cancellation()
    let output = folder.file("anna")
    #expect(throws: CancelledError.self) {
      try PrepareJob(request(""), output: output, resources: resources, cancellation: cancellation)
        .run { if case .step(2) = $0 { cancellation.cancel() } }
    }
    #expect(!FileManager.default.fileExists(atPath: output))
    _ = try PrepareJob(request(""), output: output, resources: resources).run()
    #expect(throws: RuntimeError.self) {
      try PrepareJob(request(""), output: output, resources: resources).run()
    }
    var forced = request("")
    forced.replacesOutput = true
    _ = try PrepareJob(forced, output: output, resources: resources).run()
    let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    #expect(!left.contains { $0.hasPrefix(".anna") })
    for name in ["say.wav", "models"] {
      let error = #expect(throws: RuntimeError.self) {
        try PrepareJob(forced, output: folder.file(name), resources: resources).run()
      }
      #expect(error?.exitCode == .cannotCreateOutput)
    }
    var mini = request("")
    (mini.model, mini.museTalk) = ("mini", MuseTalkOptions())
    let error = #expect(throws: RuntimeError.self) {
      try PrepareJob(mini, output: nil, resources: resources).run()
    }
    #expect(error?.exitCode == .usage)
  }

  @Test func `the cache keeps to its size, the last used first, and 0 keeps nothing`() throws {
    try speak(request("none.mp4"), fresh("nothing", limit: 0))
    #expect(entries("nothing").isEmpty)
    let first = try #require(speak(request("a.mp4"), resources).report.prepared)
    var shifted = request("b.mp4")
    shifted.museTalk.boxShift = 3
    let second = try #require(speak(shifted, resources).report.prepared)
    let size = try PreparedAvatar.byteCounts(in: first).values.reduce(0, +)
    try speak(request("c.mp4"), resources)
    shifted.museTalk.boxShift = 4
    shifted.output = folder.file("d.mp4")
    let third = try #require(speak(shifted, fresh(limit: size * 5 / 2)).report.prepared)
    #expect(Set(entries()) == Set([first, third].map(FilePath.name)))
    #expect(!FileManager.default.fileExists(atPath: second))
    shifted.output = folder.file("e.mp4")
    shifted.museTalk.boxShift = 5
    try speak(shifted, fresh(limit: size / 2))
    #expect(entries().isEmpty, "one that is larger than the cache")
  }

  @Test func `several at once make one entry`() throws {
    let failures = Mutex<[String]>([])
    DispatchQueue.concurrentPerform(iterations: 3) { number in
      do { try speak(request("\(number).mp4"), resources) } catch {
        failures.withLock { $0.append("\(error)") }
      }
    }
    #expect(failures.withLock { $0 } == [] && entries().count == 1)
    for number in 1..<3 { #expect(try data("\(number).mp4") == data("0.mp4")) }
    #expect(try !speak(request("last.mp4"), resources).searched)
  }

  @Test func `sizes are read with their units`() throws {
    #expect(try PreparedCache.byteCount("0") == 0)
    #expect(try PreparedCache.byteCount("1.5G") == 1_500_000_000)
    #expect(try PreparedCache.byteCount("20m") == 20_000_000)
    for text in ["", "G", "ten", "-1", "nan", "1e99T", "5 GB"] {
      #expect(throws: RuntimeError.self) { try PreparedCache.byteCount(text) }
    }
    let cache = try PreparedCache(environment: ["XDG_CACHE_HOME": "/x", "AVATAR_CACHE_SIZE": "1K"])
    #expect(cache.folder == "/x/avatar/prepared" && cache.byteLimit == 1000)
    #expect(try PreparedCache(environment: ["HOME": "/h"]).folder == "/h/.cache/avatar/prepared")
    #expect(try PreparedCache(environment: ["AVATAR_CACHE": "/c"]).folder == "/c/prepared")
  }
}
