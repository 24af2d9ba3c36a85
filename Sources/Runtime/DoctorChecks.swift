import Compute
import Face
import Foundation
import Imaging
import LipSync
import Media
import MediaTypes

/// The checks of `avatar doctor`: each tries something that a run needs.
enum DoctorChecks {
  static func run() -> [DoctorReport.Check] {
    [
      check("H.264 encoder") {
        guard MediaLibraries.hasX264 else {
          throw RuntimeError.internalError("libavcodec has no libx264: install a full FFmpeg")
        }
        return "libx264 is there"
      },
      check("presenters") { "\(try Presenter.all().count) in this binary" },
      check("face detection and painting", paintPresenter),
    ]
  }

  private static func check(
    _ name: String, _ body: () throws -> String
  ) -> DoctorReport.Check {
    do { return DoctorReport.Check(name: name, passed: true, detail: try body()) } catch {
      return DoctorReport.Check(name: name, passed: false, detail: "\(error)")
    }
  }

  /// Finds the first presenter's face and opens its mouth: the result must differ there, and only there.
  private static func paintPresenter() throws -> String {
    let source = try SpeakSource(SpeakRequest(audio: "", output: ""))
    let reader = try source.open()
    let model = try MiniModel("mini")
    let device = try CPUDevice(threads: ResourceUsage.availableCores)
    let frame = try firstFrame(reader)
    let track = try FaceTracker.track(
      still: frame, detector: FrontalFaceDetector(), landmarks: model.landmarks(device: device))
    guard let face = track[0] else {
      throw RuntimeError.internalError("no face was found on the first presenter")
    }
    let painter = try model.painter(device: device, precision: .auto)
    var open = Articulation.closed
    open.values[0] = 1
    let moment = PaintingMoment(frame: frame, sourceIndex: 0, face: face, speech: open)
    let painted = try painter.paint([moment])[0]
    guard painted.samples != frame.samples else {
      throw RuntimeError.internalError("the painter changed nothing")
    }
    return "the first presenter opens the mouth (\(painter.precision.rawValue))"
  }

  private static func firstFrame(_ reader: any PictureSource) throws -> Frame {
    var first: Frame?
    _ = try reader.scan { index, frame in if index == 0 { first = frame } }
    guard let first else { throw RuntimeError.internalError("the first presenter has no frame") }
    return first
  }
}
