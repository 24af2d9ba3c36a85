import Foundation
import Media
import MediaTypes
import Synchronization
import TestSupport
import Testing

@testable import Runtime

/// Pictures with transparent parts that mini moves.
@Suite struct TransparentPictureTests {
  private let folder: TemporaryFolder

  /// A presenter in an ellipse, with nothing around but hidden green.
  init() throws {
    folder = try TemporaryFolder()
    let clip = try PresenterLibrary.save("mei", to: folder.file("mei.mp4"), force: true)
    let picture = try openPictureSource(clip).frame(at: 0).rgbPicture()
    let size = min(picture.width, picture.height)
    try writePNG(
      try picture.fitted(width: size, height: size).fitted(width: 256, height: 256),
      to: folder.file("mei.png"))
    let inside = "lte(hypot(X-128,Y-128),110)"
    try folder.run(
      "ffmpeg",
      ["-v", "error", "-i", "mei.png", "-vf"]
        + [
          "format=rgba,geq=r='r(X,Y)*\(inside)':g='if(\(inside),g(X,Y),255)':b='b(X,Y)*\(inside)':a='255*\(inside)'"
        ]
        + ["cut.png"])
  }

  private func request(_ output: String, _ image: String = "cut.png") -> GenerateRequest {
    var request = GenerateRequest(output: folder.file(output))
    (request.image, request.prompt, request.seed) = (folder.file(image), "turns left", 4)
    (request.steps, request.length, request.crf) = (6, .frames(40), 4)
    return request
  }

  private func made(_ request: GenerateRequest) throws -> (frames: [Frame], warnings: [String]) {
    let warnings = Mutex<[String]>([])
    _ = try GenerateJob(request).run { event in
      if case .warning(let text) = event { warnings.withLock { $0.append(text) } }
    }
    return (try frames(request.output), warnings.withLock { $0 })
  }

  private func frames(_ path: String) throws -> [Frame] {
    var frames: [Frame] = []
    _ = try openPictureSource(path, background: nil).scan { frames.append($1) }
    return frames
  }

  @Test(arguments: ["a.mov", "a.webm"])
  func `transparency moves along where the output can show it`(output: String) throws {
    let (frames, warnings) = try made(request(output))
    #expect(!warnings.contains { $0.contains("transparent") } && frames.count == 40)
    let whole = try #require(try CutOutPicture(folder.file("cut.png"))).frame()
    let (first, last) = (try #require(frames[0].alpha), try #require(frames[39].alpha))
    let own = try #require(whole.alpha)
    let wrong = zip(first, own).count { abs(Int($0) - Int($1)) > 16 }
    #expect(wrong < own.count / 100, "\(wrong)")
    #expect(last != first && last[0] < 8 && last[128 * 256 + 128] > 247)
    // Hidden green is nowhere to be seen.
    for frame in [frames[0], frames[39]] {
      let (picture, alpha) = (frame.rgbPicture(), try #require(frame.alpha))
      let green = alpha.indices.count { place in
        let (red, green) = (Int(picture.samples[3 * place]), Int(picture.samples[3 * place + 1]))
        return alpha[place] > 128 && green > red + 60
      }
      #expect(green == 0, "\(green)")
    }
  }

  @Test func `where it can't be shown, it is white, and told once`() throws {
    let (frames, warnings) = try made(request("b.mp4"))
    #expect(frames[0].alpha == nil && frames[0].samples[0] > 225)
    #expect(warnings.count { $0.contains("laid on white") && $0.contains(".mov or .webm") } == 1)
    #expect(try made(request("c.mov", "mei.png")).frames[0].alpha == nil)
    let tiny = try TinyMuseV()
    var museV = tiny.request("d.mov")
    (museV.image, museV.steps) = (folder.file("cut.png"), 1)
    #expect(try made(museV).warnings.count { $0.contains("laid on white") } == 1)
  }

  @Test func `a smaller picture has the colours of what is seen`() throws {
    let whole = try #require(try CutOutPicture(folder.file("cut.png")))
    let small = try whole.fitted(width: 96, height: 96).frame()
    let alpha = try #require(small.alpha)
    #expect(alpha.contains { $0 > 0 && $0 < 255 } && alpha[0] == 0)
    let picture = small.rgbPicture()
    for place in alpha.indices where alpha[place] > 0 {
      #expect(Int(picture.samples[3 * place + 1]) < Int(picture.samples[3 * place]) + 60)
    }
  }

  @Test func `it stays where the avatar speaks`() throws {
    try folder.run("ffmpeg", ["-v", "error", "-f", "lavfi", "-i", "sine=220:d=0.4", "voice.wav"])
    var request = request("talks.webm")
    request.length = nil
    _ = try TalkingJob(request, speech: SpeakRequest(audio: folder.file("voice.wav"), output: ""))
      .run()
    let frame = try #require(frames(request.output).last)
    let alpha = try #require(frame.alpha)
    #expect(alpha[0] < 8 && alpha[128 * 256 + 128] > 247)
    #expect(!folder.names.contains { $0.hasPrefix(".") })
  }

  @Test func `all kinds of pictures are taken, of a GIF the first`() throws {
    let names = ["a.png", "a.jpg", "a.webp", "a.bmp", "a.tiff", "a.gif"]
    for name in names {
      try folder.run(
        "ffmpeg",
        ["-v", "error", "-f", "lavfi", "-i", "color=red:s=64x48:r=5:d=1,format=rgb24"]
          + (name == "a.gif" ? [] : ["-frames:v", "1"]) + [name])
      let picture = try readPicture(folder.file(name), background: .white)
      #expect(picture.width == 64 && picture.height == 48, "\(name)")
      let pixel = picture.samples.prefix(3)
      #expect(pixel[0] > 240 && pixel[1] < 20 && pixel[2] < 20, "\(name) \(pixel)")
      #expect(try CutOutPicture(folder.file(name)) == nil, "\(name)")
    }
    try folder.write(Array("GIF89a".utf8) + [1, 2, 3], to: "cut.gif")
    #expect(throws: MediaError.self) { try readPicture(folder.file("cut.gif")) }
  }
}
