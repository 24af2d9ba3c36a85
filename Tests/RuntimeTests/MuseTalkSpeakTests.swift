import Compute
import Face
import Foundation
import Imaging
import Media
import MediaTypes
import ModelStore
import Synchronization
import TestSupport
import Testing

@testable import LipSync
@testable import Runtime

/// MuseTalk's painter on a whole picture, against Python with OpenCV and Pillow (`Training/goldens/musetalk_frame.py`).
struct MuseTalkFrameTests {
  private let model: MuseTalkModel
  private let device: CPUDevice
  private let folder: TemporaryFolder

  init() throws {
    model = try MuseTalkModel(
      try ModelStore.locate(MuseTalkNetworkTests.folder), autoencoder: nil)
    device = try CPUDevice(threads: 2)
    folder = try TemporaryFolder()
  }

  private func painter() throws -> MuseTalkPainter {
    var options = MuseTalkOptions()
    options.compatibility = .upstream
    options.parsingMode = .raw
    let networks = try CompiledMuseTalk(
      model.networks(), device: device, precision: .fp32, batch: 2)
    let painter = MuseTalkFacePainter(networks)
    return MuseTalkPainter(
      painter,
      preparation: FacePreparation(
        painter, parser: { try model.parser(device: device, precision: .fp32) },
        settings: MuseTalkSettings(options, version: .v1_0).preparation,
        made: PreparedFaces(folder: folder.path, isWritable: true)))
  }

  /// The grey picture of the golden.
  private static let frame: Frame = {
    let samples = (0..<(192 * 160 * 3)).map { place in
      let (x, y) = (place / 3 % 192, place / 576)
      return UInt8(40 + (x * x / 90 + y * y / 70 + x * y / 120) % 150)
    }
    return RGBPicture(width: 192, height: 160, samples: samples).frame()
  }()

  @Test func `a painted frame equals Python's`() throws {
    let golden = try Golden("musetalk-frame.safetensors", in: .module)
    let face = PlacedFace(box: PixelBox(left: 47, top: 21, right: 139, bottom: 133), strength: 1)
    let audio = try golden["audio"].values
    let moment = PaintingMoment(frame: Self.frame, sourceIndex: 4, face: face, speech: audio)
    let painter = try painter()
    let painted = try painter.paint([moment])[0]
    let found = painted.samples[painted.lumaRange].map { (Float($0) - 16) * 255 / 219 }
    let misses = zip(found, try golden["luma"].values).map { ($0 - $1) * ($0 - $1) }
    let decibels = 10 * log10(255 * 255 / (misses.reduce(0, +) / Float(misses.count)))
    #expect(decibels >= 45, "\(decibels) dB")
    #expect(painted.samples != Self.frame.samples)
    // What is kept in files, and a fuller batch, change nothing.
    #expect(try painter.paint([moment, moment]) == [painted, painted])
    #expect(try self.painter().paint([moment]) == [painted])
  }
}

/// `speak` with MuseTalk from a picture and a sound to a video, on random weights.
struct MuseTalkSpeakTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try folder.run("ffmpeg", ["-v", "error", "-f", "lavfi", "-i", "sine=300:d=9", "say.wav"])
    try folder.run(
      "ffmpeg",
      ["-v", "error", "-f", "lavfi", "-i", "testsrc=s=160x128:r=1:d=4", "-g", "2", "clip.mp4"])
  }

  private func request(_ output: String) -> SpeakRequest {
    var request = SpeakRequest(audio: folder.file("say.wav"), output: folder.file(output))
    request.avatar = folder.file("clip.mp4")
    request.model = MuseTalkNetworkTests.folder
    request.rate = Rational(1)
    request.provenance.recordsCommand = false
    // Random landmarks are often a profile's, which mended rules leave alone.
    request.museTalk.compatibility = .upstream
    return request
  }

  /// A cache of the test's own.
  private var resources: SpeakResources {
    SpeakResources(preparedAvatars: PreparedCache(folder: folder.file("cache")))
  }

  private func bytes(_ output: String) throws -> Data {
    try Data(contentsOf: URL(filePath: folder.file(output)))
  }

  @Test func `a clip speaks, and a run that was stopped goes on to the same bytes`() throws {
    let report = try SpeakJob(request("a.mp4"), resources: resources).run()
    #expect(report.frames == 9 && report.framesWithFace == 9)
    #expect(report.model == MuseTalkNetworkTests.folder)
    var stopped = request("b.mp4")
    stopped.keepsUnfinishedWork = true
    stopped.threads = 1
    let cancellation = Cancellation()
    let isPainting = Mutex(false)
    #expect(throws: CancelledError.self) {
      try SpeakJob(stopped, resources: resources, cancellation: cancellation).run { event in
        if case .stage("painting", _, _) = event { isPainting.withLock { $0 = true } }
        if case .step = event, isPainting.withLock({ $0 }) { cancellation.cancelAfterSegment() }
      }
    }
    let painted = Mutex<[Int]>([])
    _ = try SpeakJob(stopped, resources: resources).run {
      if case .step(let done) = $0 { painted.withLock { $0.append(done) } }
    }
    #expect(
      painted.withLock { $0 } == Array(5...9), "the second segment, from the first run's faces")
    #expect(try bytes("a.mp4") == bytes("b.mp4"))
  }

  @Test func `only frames that will be shown are searched for faces`() throws {
    var request = request("f.mp4")
    request.loop = .hold
    request.rate = Rational(1)
    try folder.run("ffmpeg", ["-v", "error", "-i", "say.wav", "-t", "2.5", "short.wav"])
    request.audio = folder.file("short.wav")
    let searched = Mutex<[Int]>([])
    let report = try SpeakJob(request, resources: resources).run {
      if case .stage(_, let total, _) = $0 { searched.withLock { $0.append(total) } }
    }
    #expect(report.frames == 2 && searched.withLock { $0 } == [0, 2, 2])
  }

  @Test func `mended rules keep the sound's last frame`() throws {
    var request = request("c.mp4")
    request.museTalk.compatibility = nil
    request.rate = Rational(3, 2)
    let report = try SpeakJob(request, resources: resources).run()
    #expect(report.frames == 14)
    request = self.request("d.mp4")
    request.rate = Rational(3, 2)
    #expect(
      try SpeakJob(request, resources: resources).run().frames == 9, "upstream takes 3/2 for 1")
  }

  @Test func `options that a model does not have are usage errors`() throws {
    var request = request("e.mp4")
    request.model = "mini"
    request.museTalk.boxShift = 2
    let error = #expect(throws: RuntimeError.self) {
      try SpeakJob(request, resources: resources).run()
    }
    #expect(error?.exitCode == .usage)
    #expect(error?.description.contains("--box-shift") == true)
  }

  @Test func `a model that is not there is told with what to type`() {
    let store = ModelStore(environment: ["AVATAR_HOME": folder.path, "HOME": folder.path])
    let error = #expect(throws: ModelStoreError.self) { try store.locate("musetalk-1.5") }
    #expect(error?.exitCode == .modelNotInstalled)
    #expect(error?.description.contains("avatar models install musetalk-1.5") == true)
  }
}
