import Foundation
import LipSync
import Media
import MediaTypes
import TestSupport
import Testing

@testable import Runtime

/// Labels as they are in the decoded frames of small lossless videos without a face.
struct VisibleLabelTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func picture(_ source: String) throws {
    try folder.run(
      "ffmpeg", ["-v", "error", "-y", "-f", "lavfi", "-i", source, "-frames:v", "1", "p.png"])
  }

  private func sound(_ seconds: Double) throws {
    try folder.run(
      "ffmpeg", ["-v", "error", "-f", "lavfi", "-i", "sine=300:d=\(seconds)", "s.wav"])
  }

  private func request(_ output: String, _ label: VisibleLabel?) -> SpeakRequest {
    var request = SpeakRequest(audio: folder.file("s.wav"), output: folder.file(output))
    request.avatar = folder.file("p.png")
    request.rate = Rational(10)
    request.crf = 0
    request.replacesOutput = true
    request.provenance.recordsCommand = false
    request.visibleLabel = label
    return request
  }

  private func frames(_ request: SpeakRequest) throws -> [Frame] {
    _ = try SpeakJob(request).run()
    var frames: [Frame] = []
    _ = try VideoSource(request.output).scan { frames.append($1) }
    return frames
  }

  private func bytes(_ name: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: folder.file(name)))
  }

  /// Rows and columns in which a sample is lighter than `level`.
  private func bounds(
    of frame: Frame, lighterThan level: UInt8
  ) -> (rows: ClosedRange<Int>, columns: ClosedRange<Int>)? {
    let places = frame.lumaRange.filter { frame.samples[$0] > level }
    let (rows, columns) = (places.map { $0 / frame.width }, places.map { $0 % frame.width })
    guard let top = rows.min(), let bottom = rows.max(), let left = columns.min(),
      let right = columns.max()
    else { return nil }
    return (top...bottom, left...right)
  }

  @Test(arguments: VisibleLabel.Position.allCases, [(426, 240), (240, 426), (200, 200)])
  func `letters are high enough, in their corner, and inside what every screen shows`(
    position: VisibleLabel.Position, size: (width: Int, height: Int)
  ) throws {
    try picture("color=black:s=\(size.width)x\(size.height)")
    try sound(0.2)
    var label = VisibleLabel("AI")
    label.position = position
    let frames = try frames(request("a.mp4", label))
    #expect(frames.count == 2 && frames[0] == frames[1])
    let found = try #require(bounds(of: frames[0], lighterThan: 125))
    #expect(found.rows.count * 20 >= min(size.width, size.height))
    #expect(found.rows.count * 10 < min(size.width, size.height))
    let (x, y) = (Double(size.width) * 0.05, Double(size.height) * 0.05)
    let nearX = x...(x + 24), nearY = y...(y + 24)
    let isLeft = [.topLeft, .bottomLeft].contains(position)
    let isTop = [.topLeft, .topRight].contains(position)
    #expect(
      nearX.contains(
        Double(isLeft ? found.columns.lowerBound : size.width - 1 - found.columns.upperBound)))
    #expect(
      nearY.contains(
        Double(isTop ? found.rows.lowerBound : size.height - 1 - found.rows.upperBound)))
  }

  @Test func `frames after the label's time are those of a video without it`() throws {
    try picture("testsrc2=s=160x120")
    try sound(9)
    let plain = try frames(request("plain.mp4", nil))
    var label = VisibleLabel("AI")
    label.seconds = 2.45
    let labelled = try frames(request("labelled.mp4", label))
    #expect(labelled.count == 90 && plain.count == 90)
    for index in 0..<90 { #expect((labelled[index] == plain[index]) == (index >= 25), "\(index)") }
    label.seconds = nil
    let whole = try frames(request("whole.mp4", label))
    #expect(zip(whole, plain).allSatisfy { $0 != $1 })
    #expect(try probe(folder.file("whole.mp4")).tags["avatar_visible_label"] == "AI")
    #expect(try probe(folder.file("plain.mp4")).tags["avatar_visible_label"] == nil)
  }

  @Test func `the same bytes for any number of threads, and when a run goes on`() throws {
    try picture("testsrc2=s=160x120")
    try sound(9)
    var request = request("a.mp4", VisibleLabel("AI: 50% 'of' it\n\"all\""))
    request.threads = 1
    _ = try SpeakJob(request).run()
    (request.threads, request.output) = (3, folder.file("b.mp4"))
    _ = try SpeakJob(request).run()
    #expect(try bytes("b.mp4") == bytes("a.mp4"))
    request.output = folder.file("c.mp4")
    request.keepsUnfinishedWork = true
    try SpeakJob.runInTwoParts(request)
    #expect(try bytes("c.mp4") == bytes("a.mp4"))
  }

  @Test func `another label makes nothing go on`() throws {
    var labels = [VisibleLabel("AI"), VisibleLabel("AI "), VisibleLabel("A.I.")]
    labels.append(VisibleLabel("AI"))
    labels[3].position = .bottomRight
    labels.append(VisibleLabel("AI"))
    labels[4].seconds = 3
    let keys = try labels.map { try $0.key() }
    #expect(Set(keys).count == labels.count)
    #expect(try labels[0].key() == keys[0])
  }

  private func info(width: Int, height: Int, aspect: Rational = Rational(1)) throws -> SourceInfo {
    var info = SourceInfo(kind: .video)
    (info.width, info.height, info.sampleAspectRatio) = (width, height, aspect)
    return info
  }

  @Test func `a text that is too long says how much fits`() throws {
    let info = try info(width: 160, height: 90)
    let text = String(repeating: "AI-generated ", count: 7)
    let error = #expect(throws: RuntimeError.self) {
      try VisibleLabelMark(VisibleLabel(text), on: info)
    }
    #expect(error?.exitCode == .badInput)
    let words = try #require(error?.description.split(separator: " "))
    let most = try #require(words.last.flatMap { Int($0) })
    #expect(words.contains("91") && words.contains("160x90:") && most > 12)
    _ = try VisibleLabelMark(VisibleLabel(String(text.prefix(most))), on: info)
    #expect(throws: RuntimeError.self) {
      try VisibleLabelMark(VisibleLabel(String(text.prefix(most + 1))), on: info)
    }
    let tiny = #expect(throws: RuntimeError.self) {
      try VisibleLabelMark(VisibleLabel("AI"), on: self.info(width: 16, height: 16))
    }
    #expect(tiny?.description.contains("16x16 are too small") == true)
  }

  @Test func `pixels that are not square make no difference to what is seen`() throws {
    let square = try VisibleLabelMark(VisibleLabel("AI"), on: info(width: 720, height: 480))
    let narrow = try VisibleLabelMark(
      VisibleLabel("AI"), on: info(width: 360, height: 480, aspect: Rational(2)))
    #expect(abs(square.size.width - 2 * narrow.size.width) <= 2)
    #expect(square.size.height == narrow.size.height)
  }

  @Test(arguments: [
    "", " \n ", "a\tb", "a\u{0}b", "\u{202E}IA", "\u{200B}", String(repeating: "x", count: 101),
  ])
  func `texts that would not be drawn as they are`(text: String) {
    #expect(throws: SpeakOptions.Complaint.self) { try SpeakOptions.visibleLabel(text) }
  }
}
