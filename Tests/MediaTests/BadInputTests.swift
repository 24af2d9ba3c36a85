import Foundation
import Glibc
import Media
import MediaTypes
import Testing

@Suite struct BadInputTests {
  let shop: Workshop

  init() throws { shop = try Workshop() }

  private func write(_ name: String, _ data: Data) throws -> String {
    try data.write(to: URL(fileURLWithPath: shop[name]))
    return shop[name]
  }

  /// Every way in refuses `path` with the same exit code.
  private func expectRefused(_ path: String, _ exitCode: ExitCode, _ words: String = "") {
    expectError(exitCode, containing: words) { _ = try probe(path) }
    expectError(exitCode, containing: words) { _ = try openPictureSource(path).scan { _, _ in } }
    expectError(exitCode) { while try AudioReader(path).read() != nil {} }
  }

  @Test func missingEmptyAndForeignFiles() throws {
    expectRefused(shop["none.mp4"], .missingInput, "no such file")
    expectRefused(shop["none/clip.mp4"], .missingInput, "no such file")
    expectRefused("http://localhost/clip.mp4", .missingInput, "no such file")
    expectRefused(try write("empty.mp4", Data()), .badInput, "empty")
    for name in ["text.mp4", "text.txt", "text.wav"] {
      expectRefused(try write(name, Data("Just some words.\n".utf8)), .badInput, "not a readable")
    }
    let noise = Data((0..<5000).map { UInt8(truncatingIfNeeded: $0 &* 7919 >> 5) })
    expectRefused(try write("noise.bin", noise), .badInput)
    let list = "#EXTM3U\n#EXTINF:1,\nhttp://localhost/x.ts\n#EXT-X-ENDLIST\n"
    expectRefused(try write("list.m3u8", Data(list.utf8)), .badInput)
    expectRefused(try write("list.txt", Data("ffconcat version 1.0\nfile a.mp4\n".utf8)), .badInput)
    expectRefused("/dev/null", .badInput, "regular")
  }

  @Test func foldersWithoutPictures() throws {
    expectRefused(shop.folder, .badInput)
    _ = try write("notes.txt", Data("x".utf8))
    expectError(.badInput, containing: "no pictures") { _ = try openPictureSource(shop.folder) }
    _ = try write("1.png", Data("not a picture".utf8))
    expectError(.badInput, containing: "1.png") { _ = try openPictureSource(shop.folder) }
  }

  @Test(arguments: ["", "-movflags +faststart"]) func videosCutOff(flags: String) throws {
    let path = try shop.clip("clip.mp4", count: 40, "-c:v libx264 -pix_fmt yuv420p \(flags)")
    let whole = try Data(contentsOf: URL(fileURLWithPath: path))
    for share in [0.2, 0.6, 0.97] {
      let cut = try write("cut.mp4", whole.prefix(Int(Double(whole.count) * share)))
      expectError(.badInput) { _ = try openPictureSource(cut).scan { _, _ in } }
    }
  }

  @Test(arguments: ["png", "jpg", "webp"]) func picturesCutOff(format: String) throws {
    try shop.run("convert", ["-size", "64x64", "plasma:", shop["whole.\(format)"]])
    let whole = try Data(contentsOf: URL(fileURLWithPath: shop["whole.\(format)"]))
    let cut = try write("cut.\(format)", whole.prefix(whole.count / 3))
    expectError(.badInput) { _ = try openPictureSource(cut) }
    expectError(.badInput) { _ = try readPicture(cut) }
  }

  @Test func picturesAndSoundsInTheWrongPlace() throws {
    let silent = try shop.clip("silent.mp4", count: 3)
    #expect(try !probe(silent).hasAudio)
    expectError(.badInput, containing: "no sound") { _ = try AudioReader(silent) }
    let sound = try shop.tone("tone.wav")
    #expect(try probe(sound).kind == .audioOnly)
    expectError(.badInput, containing: "no picture") { _ = try openPictureSource(sound) }
    try shop.run("convert", ["-size", "64x64", "plasma:", shop["picture.png"]])
    expectError(.badInput) { _ = try AudioReader(shop["picture.png"]) }
    // A song with a cover picture is no video.
    try shop.make(
      "song.mp3", "-i \(sound) -i \(shop["picture.png"]) -map 0 -map 1 -disposition:v attached_pic")
    #expect(try probe(shop["song.mp3"]).kind == .audioOnly)
    try shop.run("convert", ["-size", "1x5", "xc:red", shop["thin.png"]])
    expectError(.badInput, containing: "too small") { _ = try openPictureSource(shop["thin.png"]) }
  }

  @Test(.enabled(if: getuid() != 0, "root may read and write everything"))
  func permissionDenied() throws {
    let path = try shop.clip("clip.mp4", count: 2)
    chmod(path, 0)
    expectRefused(path, .missingInput, "no permission")
    chmod(shop.folder, 0o500)
    defer { chmod(shop.folder, 0o700) }
    expectError(.cannotCreateOutput, containing: "no permission") {
      try writePNG(
        RGBPicture(width: 2, height: 2, samples: .init(repeating: 0, count: 12)), to: shop["a.png"])
    }
  }

  @Test func damagedStreamsAreUsedWithAWarning() throws {
    let path = try shop.clip("clip.ts", count: 40, "-c:v mpeg2video -g 5 -q:v 2")
    var data = try Data(contentsOf: URL(fileURLWithPath: path))
    for place in stride(from: data.count / 3, to: data.count / 3 + 900, by: 7) {
      data[place] ^= 0x5A
    }
    let source = try openPictureSource(try write("damaged.ts", data))
    var scanned: [Frame] = []
    _ = try source.scan { _, frame in scanned.append(frame) }
    #expect(scanned.count > 30)
    for number in scanned.indices.reversed() {
      #expect(try source.frame(at: number) == scanned[number])
    }
  }

  @Test func aFullDiskLeavesNothing() async throws {
    let folder = shop.folder
    setenv("MEDIA_TEST_FOLDER", folder, 1)
    await #expect(processExitsWith: .success) {
      let folder = String(cString: getenv("MEDIA_TEST_FOLDER"))
      signal(SIGXFSZ, SIG_IGN)
      var limit = rlimit(rlim_cur: 20000, rlim_max: 20000)
      setrlimit(__rlimit_resource_t(1), &limit)
      let settings = EncoderSettings(width: 320, height: 240, rate: Rational(25), color: .bt709)
      do {
        let encoder = try SegmentEncoder(folder + "/full.mp4", settings: settings)
        for seed in 0..<60 {
          var frame = Frame(width: 320, height: 240)
          for place in frame.samples.indices {
            frame.samples[place] = UInt8(
              truncatingIfNeeded: place &* (seed + 3) &* 2_654_435_761 >> 9)
          }
          try encoder.append(frame)
        }
        try encoder.finish()
        exit(1)
      } catch let error as MediaError {
        exit(error.exitCode == .inputOutputError ? 0 : 2)
      }
    }
    #expect(shop.names.isEmpty)
  }
}
