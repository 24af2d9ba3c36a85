import Face
import Foundation
import LipSync
import Media
import MediaTypes

/// Pass 1: decodes every source frame once, finds the face, and keeps what it found in the work folder.
struct FacePass {
  /// What the pass found.
  struct Result {
    let track: FaceTrack
    let times: PresentationTimes
    /// For opening the source again without a scan; nil for pictures.
    let index: VideoIndex?
    let warnings: [String]
  }

  /// What is stored: the frames' times follow from the index, or from the frame count for pictures.
  private struct Stored: Codable {
    let track: FaceTrack
    let index: VideoIndex?
    let warnings: [String]
  }

  private static let fileName = "faces.json"

  let source: SpeakSource
  let landmarks: () throws -> LandmarkFinder
  let work: WorkFolder
  let cancellation: Cancellation

  func run(_ progress: ProgressHandler) throws -> Result {
    if let stored = try stored() { return stored }
    let reader = try source.open()
    progress(.stage(name: "finding the face", total: reader.info.frameCount ?? 0))
    var settings = FaceTracker.Settings()
    settings.readsStillPictures = reader.info.kind == .still
    var tracker = FaceTracker(
      detector: try FrontalFaceDetector(), landmarks: try landmarks(),
      rate: reader.info.outputRate, settings: settings)
    let times = try reader.scan { index, frame in
      try cancellation.check()
      try tracker.add(frame)
      progress(.step(done: index + 1))
    }
    let track = tracker.finish()
    let result = Result(
      track: track, times: times, index: reader.index, warnings: reader.info.warnings)
    let file = Stored(track: track, index: reader.index, warnings: result.warnings)
    try work.write(JSONEncoder().encode(file), to: Self.fileName)
    return result
  }

  /// What an interrupted run of the same job found.
  private func stored() throws -> Result? {
    guard let data = work.read(Self.fileName),
      let stored = try? JSONDecoder().decode(Stored.self, from: data)
    else { return nil }
    let times =
      if let index = stored.index { index.times } else {
        PresentationTimes(
          frameCount: stored.track.frameCount, rate: try source.open().info.outputRate)
      }
    return Result(
      track: stored.track, times: times, index: stored.index, warnings: stored.warnings)
  }
}
