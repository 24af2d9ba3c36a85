import Compute
import Face
import Foundation
import Imaging
import LipSync
import Media
import MediaTypes
import Synchronization
import TestSupport
import Testing
import Weights

@testable import Runtime

/// Videos of tiny MuseV models that are held by ControlNets, or follow a clip.
@Suite struct ControlledVideoTests {
  private struct Case: Decodable {
    let model: String
    let size: [Int]
    let frames: Int
    let seed: UInt64
    let shown: [Int]
    let strength: Double?
    let restage: Double?
    let controls: [GoldenControl]
  }

  private let tiny: TinyMuseV
  init() throws { tiny = try TinyMuseV() }

  private func video(_ request: GenerateRequest) throws -> MuseVVideo {
    try MuseVVideo(request, model: try #require(request.model), cancellation: Cancellation())
  }

  private func frames(_ request: GenerateRequest) throws -> [RGBPicture] {
    try made(request).frames
  }

  private func made(
    _ request: GenerateRequest
  ) throws -> (frames: [RGBPicture], warnings: [String]) {
    var (made, timings) = ([RGBPicture](), [String: Double]())
    let warnings = Mutex<[String]>([])
    let video = try video(request)
    try video.frames(
      progress: { event in
        if case .warning(let text) = event { warnings.withLock { $0.append(text) } }
      }, timings: &timings
    ) { made.append($0) }
    #expect(made.count == video.frameCount)
    return (made, warnings.withLock { $0 })
  }

  private func clip(_ frames: Int, width: Int = 32, height: Int = 32) throws -> String {
    try TinyControls.clip(in: tiny.folder, width: width, height: height, frames: frames)
  }

  @Test(arguments: ["held", "held-long", "begun", "restaged"])
  func `videos are those of MuseV's pipeline`(name: String) throws {
    let golden = try Golden("controls.safetensors", in: .module)
    let cases = try JSONDecoder().decode(
      [String: Case].self, from: Data(golden.metadata("videos").utf8))
    let made = try #require(cases[name])
    var request = tiny.request(model: made.model)
    let (width, height) = (made.size[0], made.size[1])
    request.size = (width, height)
    request.image = try tiny.picture(width: width, height: height)
    (request.length, request.steps, request.seed) = (nil, 4, made.seed)
    request.museV.endsWithShortWindow = false
    // One of the networks in its original layout.
    let files = ["clip.pth", "clip"].map(TinyControls.path)
    request.control.choices = made.controls.enumerated().map { $1.choice(path: files[$0 % 2]) }
    request.control.video = try clip(made.frames, width: width, height: height)
    request.control.videoStrength = made.strength
    if let strength = made.restage {
      (request.control.restages, request.strength) = (true, strength)
      (request.museV.pictureSteps, request.museV.pictureGuidance) = (5, 4)
    }
    let video = try frames(request)
    #expect(video.count == made.frames)
    let expected = try golden[name].values
    let found = made.shown.flatMap { video[$0].samples }
    #expect(found.count == expected.count)
    var squares = 0.0
    for (sample, value) in zip(found, expected) {
      squares += Double((Float(sample) - value) * (Float(sample) - value))
    }
    let ratio = 10 * log10(255 * 255 * Double(found.count) / squares)
    #expect(ratio >= 55, "\(name): \(ratio) dB")
  }

  @Test func `a clip gives the length, in the video's rate`() throws {
    var request = tiny.request()
    (request.length, request.rate) = (nil, Rational(12))
    request.image = try tiny.picture(width: 32, height: 32)
    request.control.video = try clip(5)
    #expect(try video(request).frameCount == 5)
    request.length = .frames(3)
    #expect(try video(request).frameCount == 3)
    request.length = .frames(6)
    let error = try #require(throws: RuntimeError.self) { try video(request) }
    #expect(error.exitCode == .usage && error.description.contains("has 5 at 12 a second"))
    (request.size, request.image, request.length) = (nil, nil, nil)
    request.control.restages = true
    request.control.video = try clip(2, width: 70, height: 140)
    let restaged = try video(request)
    #expect(restaged.width == 64 && restaged.height == 128)
  }

  @Test func `a ControlNet may look at a clip or a picture of its own`() throws {
    var request = tiny.request()
    request.length = nil
    request.image = try tiny.picture(width: 32, height: 32)
    let choice = ControlChoice(.map, path: TinyControls.path("clip"))
    request.control.choices = [choice, choice]
    request.control.choices[0].kind = .canny
    let (clip, other) = (try clip(4), try self.clip(5))
    request.control.video = clip
    let own = try frames(request)
    request.control.images = [clip, other]
    #expect(try frames(request) == own)
    request.control.images = [clip, other + "/0.png"]
    #expect(try frames(request) != own)
    request.control.images = [other, clip]
    (request.control.video, request.length) = (nil, .frames(4))
    #expect(try frames(request) == own)
    request.length = .frames(5)
    let error = try #require(throws: RuntimeError.self) { try frames(request) }
    #expect(error.exitCode == .usage && error.description.contains("--control-image"))
    request.control.choices[0].kind = .pose
    request.control.poseNetwork =
      Golden.path("musetalk", in: .module) + "/dwpose/dwpose.safetensors"
    let pose = try #require(throws: RuntimeError.self) { try frames(request) }
    #expect(pose.exitCode == .usage && pose.description.contains("--video"))
  }

  @Test func `poses are found in the clip and brought to the picture's`() throws {
    var request = tiny.request()
    (request.length, request.steps) = (nil, 2)
    request.image = try tiny.picture(width: 32, height: 32)
    request.control.choices = [ControlChoice(.pose, path: TinyControls.path("clip"))]
    request.control.poseNetwork =
      Golden.path("musetalk", in: .module) + "/dwpose/dwpose.safetensors"
    request.control.video = try clip(3, width: 60, height: 48)
    let sheet = tiny.folder.file("poses.png")
    request.control.poseSheet = sheet
    let (mended, warnings) = try made(request)
    #expect(warnings.contains { $0.hasPrefix("--pose-alignment") })
    let shown = try readPicture(sheet)
    #expect(shown.width == 3 * 32 + 16 && shown.height == 32)
    request.control.poseSheet = nil
    #expect(try frames(request) == mended)
    request.control.choices[0].kind = .canny
    let useless = try #require(throws: RuntimeError.self) { try frames(request) }
    #expect(useless.exitCode == .usage && useless.description.contains("--pose-network"))
    request.control.poseNetwork = nil
    #expect(try frames(request) != mended)
    request.control.choices[0].kind = .pose
    request.control.poseNetwork = try blindNetwork()
    let error = try #require(throws: RuntimeError.self) { try frames(request) }
    #expect(error.exitCode == .badInput && error.description.contains("no person is seen"))
  }

  @Test func `a clip's poses are moved by one scale and shift, or only checked`() throws {
    func point(_ x: Double, _ y: Double) -> Keypoint { Keypoint(point: Point(x, y), score: 1) }
    // Shoulders, head and hips; the rest is anywhere.
    let own = WholeBodyPose(
      wholeBody: (0..<133).map { point(20 + 7 * Double($0 % 5), 10 + 3 * Double($0 % 17)) })
    let away = own.moved(Similarity(scale: 2, shift: Point(-9, 14)))
    let later = away.moved(Similarity(scale: 1, shift: Point(3, 0)))
    let picture = TinyControls.shown(width: 64, height: 64)
    var poses = DrivingPoses([nil, away, later])
    let sheet = poses.align(to: own, in: picture, mends: true)
    #expect(sheet.before == away && poses.poses[0] == nil && poses.remarks.count == 1)
    #expect(poses.remarks[0].contains("scaled by 0.5"))
    let (first, second) = try (#require(poses.poses[1]), #require(poses.poses[2]))
    #expect(sheet.after == first)
    #expect(zip(first.face, own.face).allSatisfy { $0.point.distance(to: $1.point) < 1e-6 })
    #expect(abs(second.body[0].point.x - first.body[0].point.x - 1.5) < 1e-6)
    var unmended = DrivingPoses([away])
    #expect(unmended.align(to: own, in: picture, mends: false).after == away)
    #expect(unmended.poses == [away] && unmended.remarks[0].contains("may jump"))
    var near = DrivingPoses([own.moved(Similarity(scale: 1, shift: Point(1, 0)))])
    _ = near.align(to: own, in: picture, mends: true)
    #expect(near.remarks.isEmpty)
    var nobody = DrivingPoses([away])
    _ = nobody.align(to: nil, in: picture, mends: true)
    #expect(nobody.poses == [away] && nobody.remarks[0].contains("no person"))
    let drawn = sheet.drawn()
    #expect(drawn.width == 3 * 64 + 16 && drawn.height == 64)
  }

  /// DWPose that sees nobody anywhere.
  private func blindNetwork() throws -> String {
    let file = Golden.path("musetalk", in: .module) + "/dwpose/dwpose.safetensors"
    let checkpoint = try Checkpoint(path: file)
    var tensors: [String: HostTensor] = [:]
    for key in checkpoint.keys {
      var tensor = try checkpoint.tensor(key)
      if key.contains("head.cls_") { tensor = HostTensor(shape: tensor.shape) }
      tensors[key] = tensor
    }
    let path = tiny.folder.file("blind.safetensors")
    try SafetensorsWriter.write(tensors, to: path)
    return path
  }

  @Test func `the model for poses runs in its published layout`() throws {
    let files = FileManager.default
    let (motion, own) = (tiny.folder.file("checkpoints/motion"), tiny.checkpoints + "/motion")
    let pose = motion + "/musev_referencenet_pose"
    try files.createDirectory(atPath: pose, withIntermediateDirectories: true)
    for part in ["unet", "ip_adapter_image_proj.bin"] {
      try files.copyItem(atPath: "\(own)/musev_referencenet/\(part)", toPath: "\(pose)/\(part)")
    }
    try files.createDirectory(
      atPath: motion + "/musev_referencenet", withIntermediateDirectories: true)
    try files.copyItem(
      atPath: own + "/musev_referencenet/referencenet",
      toPath: motion + "/musev_referencenet/referencenet")
    for part in ["IP-Adapter", "vae"] {
      try files.copyItem(
        atPath: "\(tiny.checkpoints)/\(part)", toPath: tiny.folder.file("checkpoints/\(part)"))
    }
    var request = tiny.request(model: "musev_referencenet")
    request.image = try tiny.picture(width: 32, height: 32)
    request.length = nil
    request.control.choices = [ControlChoice(.map, path: TinyControls.path("clip"))]
    request.control.video = try clip(3)
    let expected = try frames(request)
    request.model = pose
    #expect(try frames(request) == expected)
    let report = try GenerateJob(request).run()
    #expect(report.frames == 3)
    let words = try #require(
      ShowReport(file: request.output).command.flatMap(ShellWords.split))
    #expect(words.contains("--video") && words.contains("--control"))
  }

  @Test func `what can't be done is said in one line`() throws {
    func complaint(
      _ code: ExitCode, model: String = "musev", _ change: (inout GenerateRequest) throws -> Void
    ) throws -> String {
      var request = tiny.request(model: model)
      request.image = try tiny.picture(width: 32, height: 32)
      request.length = nil
      try change(&request)
      let error = try #require(throws: (any Error).self) { try GenerateJob(request).run() }
      #expect((error as? any AvatarError)?.exitCode == code, "\(error)")
      #expect(!"\(error)".contains("\n"))
      return "\(error)"
    }
    let map = ControlChoice(.map, path: TinyControls.path("clip"))
    let clip = try clip(3)
    #expect(try complaint(.usage) { $0.control.restages = true }.contains("--video"))
    #expect(try complaint(.usage) { $0.control.videoStrength = 0.5 }.contains("--video-strength"))
    #expect(try complaint(.usage) { $0.control.poseSheet = "a.png" }.contains("--pose-sheet"))
    #expect(try complaint(.usage) { $0.control.choices = [map] }.contains("nothing to look at"))
    #expect(try complaint(.missingInput) { $0.control.video = "nowhere.mp4" }.contains("nowhere"))
    #expect(
      try complaint(.usage) { ($0.control.video, $0.image) = (clip, nil) }.contains("first frame"))
    #expect(
      try complaint(.usage) { ($0.control.video, $0.control.poseSheet) = (clip, "a.png") }
        .contains("--pose-sheet"))
    #expect(
      try complaint(.usage) { ($0.control.video, $0.control.restages) = (clip, true) }
        .contains("no image prompt"))
    let small = ControlChoice(.map, path: TinyControls.path("pose"))
    #expect(
      try complaint(.badInput) { ($0.control.video, $0.control.choices) = (clip, [small]) }
        .contains("[8, 16] channels"))
  }
}
