import Foundation
import Media
import MediaTypes
import Testing

/// A temporary folder in which ffmpeg makes small clips; removed with the object.
final class Workshop {
  let folder: String

  init() throws {
    folder = NSTemporaryDirectory() + "media-tests-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  subscript(_ name: String) -> String { folder + "/" + name }

  var names: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
  }

  /// Runs ffmpeg with `arguments` (split at spaces) and gives the output's path.
  @discardableResult
  func make(_ name: String, _ arguments: String) throws -> String {
    try run("ffmpeg", ["-nostdin", "-v", "error", "-y"] + words(arguments) + [self[name]])
    return self[name]
  }

  /// A moving test picture of `count` frames.
  @discardableResult
  func clip(
    _ name: String, count: Int = 12, size: String = "64x48", rate: String = "25",
    _ arguments: String = "-c:v libx264 -pix_fmt yuv420p"
  ) throws -> String {
    try make(
      name,
      "-f lavfi -i testsrc2=size=\(size):rate=\(rate),noise=alls=20:allf=t -frames:v \(count) -threads 1 "
        + arguments)
  }

  /// A tone of some seconds.
  @discardableResult
  func tone(
    _ name: String, seconds: Double = 0.5, rate: Int = 48000, channels: Int = 2,
    _ arguments: String = ""
  ) throws -> String {
    try make(
      name,
      "-f lavfi -i sine=frequency=440:sample_rate=\(rate):duration=\(seconds) "
        + "-ac \(channels) \(arguments)")
  }

  /// ffprobe's answer about `entries` of stream `stream`, one value a line.
  func look(_ path: String, _ stream: String, _ entries: String) throws -> [String: String] {
    let text = try run(
      "ffprobe",
      ["-v", "error", "-select_streams", stream, "-show_entries", "stream=" + entries]
        + ["-of", "default=noprint_wrappers=1", path])
    var values: [String: String] = [:]
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: "=", maxSplits: 1).map(String.init)
      if parts.count == 2 { values[parts[0]] = parts[1] }
    }
    return values
  }

  @discardableResult
  func run(_ program: String, _ arguments: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0, "\(program) \(arguments)")
    return String(decoding: data, as: UTF8.self)
  }

  private func words(_ text: String) -> [String] { text.split(separator: " ").map(String.init) }

  /// Frames that differ from each other and move smoothly.
  static func frames(
    _ count: Int, width: Int = 64, height: Int = 48, color: ColorDescription = .bt709
  ) -> [Frame] {
    (0..<count).map { number in
      var frame = Frame(width: width, height: height, color: color)
      for y in 0..<height {
        for x in 0..<width {
          let wave = 100 + 60 * sin(Double(x + 2 * number) / 9) * cos(Double(y - number) / 7)
          frame.samples[y * width + x] = UInt8(wave)
        }
      }
      for place in frame.firstChromaRange { frame.samples[place] = UInt8(100 + number % 40) }
      return frame
    }
  }

  static func psnr(_ a: Frame, _ b: Frame) -> Double {
    let error = zip(a.samples, b.samples).reduce(0.0) { sum, pair in
      let difference = Double(pair.0) - Double(pair.1)
      return sum + difference * difference
    }
    return error == 0 ? 99 : 10 * log10(255 * 255 * Double(a.samples.count) / error)
  }
}

/// The error that `body` throws, which must be one line with `exitCode`.
func expectError(
  _ exitCode: ExitCode, containing words: String = "",
  sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) {
  do {
    try body()
    Issue.record("no error", sourceLocation: sourceLocation)
  } catch let error as MediaError {
    #expect(error.exitCode == exitCode, "\(error)", sourceLocation: sourceLocation)
    #expect(!error.description.contains("\n"), sourceLocation: sourceLocation)
    #expect(
      words.isEmpty || error.description.contains(words), "\(error.description)",
      sourceLocation: sourceLocation)
  } catch {
    Issue.record("\(error)", sourceLocation: sourceLocation)
  }
}
