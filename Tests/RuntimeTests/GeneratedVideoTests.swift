import Foundation
import LipSync
import Media
import MediaTypes
import TestSupport
import Testing

@testable import Runtime

extension GeneratedVideo {
  /// Writes by way of a work folder of its own.
  fileprivate func write(
    cancellation: Cancellation, tags: (String) throws -> [String: String],
    frames: (Sink) throws -> Void
  ) throws {
    let work = try WorkFolder(output: output, key: "a key")
    defer { work.remove() }
    try write(in: work, cancellation: cancellation, tags: tags, frames: frames)
  }
}

@Suite struct GeneratedVideoTests {
  private func frame(_ index: Int) -> Frame {
    let samples = (0..<48 * 32).flatMap { pixel -> [UInt8] in
      [UInt8(8 * index % 256), UInt8(pixel % 48), 60]
    }
    return RGBPicture(width: 48, height: 32, samples: samples).frame()
  }

  private func video(_ output: String) -> GeneratedVideo {
    GeneratedVideo(output: output, width: 48, height: 32, rate: Rational(30000, 1001), crf: 4)
  }

  private func write(_ video: GeneratedVideo, _ tags: [String: String] = [:]) throws {
    try video.write(
      cancellation: Cancellation(), tags: { _ in tags },
      frames: { append in for index in 0..<30 { try append(frame(index)) } })
  }

  @Test(arguments: ["a.mp4", "a.mov", "a.webm"])
  func `frames, rate and metadata arrive`(name: String) throws {
    let folder = try TemporaryFolder()
    let output = folder.file(name)
    try write(video(output), ["AIGC": #"{"Label":"1"}"#, "avatar_version": "7"])
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == [name])
    let shown = try ShowReport(file: output)
    #expect(shown.label?.label == "1" && shown.version == "7" && shown.sound == nil)
    let source = try openPictureSource(output)
    #expect(shown.width == 48 && shown.height == 32)
    for index in [0, 13, 29] {
      let (decoded, made) = (try source.frame(at: index), frame(index))
      let worst = zip(decoded.samples, made.samples).reduce(0) {
        max($0, abs(Int($1.0) - Int($1.1)))
      }
      #expect(worst <= 12, "frame \(index): \(worst)")
    }
  }

  @Test func `equal frames make equal bytes, and the digest tells others`() throws {
    let folder = try TemporaryFolder()
    var digests: [String] = []
    for (name, count) in [("a.mp4", 5), ("b.mp4", 5), ("c.mp4", 6)] {
      try video(folder.file(name)).write(cancellation: Cancellation()) { digest in
        digests.append(digest)
        return [:]
      } frames: { append in
        for index in 0..<count { try append(frame(index)) }
      }
    }
    let files = FileManager.default
    #expect(digests[0] == digests[1] && digests[0] != digests[2])
    #expect(
      files.contents(atPath: folder.file("a.mp4")) == files.contents(atPath: folder.file("b.mp4")))
  }

  @Test func `what fails or is stopped leaves nothing`() throws {
    struct Failure: Error {}
    let folder = try TemporaryFolder()
    let video = video(folder.file("a.mp4"))
    #expect(throws: Failure.self) {
      try video.write(cancellation: Cancellation(), tags: { _ in [:] }) { append in
        try append(frame(0))
        throw Failure()
      }
    }
    let cancellation = Cancellation()
    #expect(throws: CancelledError.self) {
      try video.write(cancellation: cancellation, tags: { _ in [:] }) { append in
        try append(frame(0))
        cancellation.cancel()
        try append(frame(1))
      }
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).isEmpty)
  }

  @Test func `a file that came meanwhile stays, unless it may be replaced`() throws {
    let folder = try TemporaryFolder()
    var video = video(folder.file("a.mp4"))
    try Data("mine".utf8).write(to: URL(fileURLWithPath: video.output))
    #expect(throws: (any Error).self) { try write(video) }
    #expect(FileManager.default.contents(atPath: video.output) == Data("mine".utf8))
    video.replacesOutput = true
    try write(video)
    #expect(try ShowReport(file: video.output).kind == "video")
  }

  @Test func `lengths become frames`() {
    typealias Length = GenerateRequest.Length
    #expect(Length.seconds(4).frameCount(at: Rational(25)) == 100)
    #expect(Length.seconds(1).frameCount(at: Rational(30000, 1001)) == 30)
    #expect(Length.seconds(0.01).frameCount(at: Rational(1)) == 1)
    #expect(Length.frames(7).frameCount(at: Rational(3)) == 7)
  }

  @Test func `a video needs a model, a picture has no length`() throws {
    let folder = try TemporaryFolder()
    var request = GenerateRequest(output: folder.file("a.mp4"))
    func complaint() throws -> String {
      let error = try #require(throws: RuntimeError.self) { try GenerateJob(request).run() }
      #expect(error.exitCode == .usage)
      return error.description
    }
    #expect(try complaint().contains("--model"))
    request.output = folder.file("a.png")
    #expect(try complaint().contains("--base"))
    request.length = .frames(3)
    #expect(try complaint().contains("leave out its length"))
    (request.model, request.length) = ("musev", nil)
    #expect(try complaint().contains("makes videos"))
  }
}
