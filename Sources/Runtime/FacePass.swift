import Foundation
import LipSync
import Media
import MediaTypes

/// Pass 1: decodes every source frame once, finds the face, and keeps what it found in the work folder.
struct FacePass<Tracker: FaceTracking> {
  /// What is stored: the frames' times follow from the index, or from the frame count for pictures.
  private struct Stored: Codable {
    let track: Tracker.Track
    let index: VideoIndex?
    let warnings: [String]
  }

  let source: SpeakSource
  let tracker: (_ rate: Rational, _ isStill: Bool) throws -> Tracker
  let work: WorkFolder
  let cancellation: Cancellation

  private let fileName = "faces.json"

  func run(_ progress: ProgressHandler) throws -> FoundFaces<Tracker.Face> {
    if let stored = try stored() { return stored }
    let reader = try source.open()
    progress(.stage(name: "finding the face", total: reader.info.frameCount ?? 0))
    var tracker = try tracker(reader.info.outputRate, reader.info.kind == .still)
    let times = try reader.scan { index, frame in
      try cancellation.check()
      try tracker.add(frame)
      progress(.step(done: index + 1))
    }
    let file = Stored(track: tracker.finish(), index: reader.index, warnings: reader.info.warnings)
    try work.write(JSONEncoder().encode(file), to: fileName)
    return found(file, times: times)
  }

  /// What an interrupted run of the same job found.
  private func stored() throws -> FoundFaces<Tracker.Face>? {
    guard let data = work.read(fileName),
      let stored = try? JSONDecoder().decode(Stored.self, from: data)
    else { return nil }
    if let index = stored.index { return found(stored, times: index.times) }
    let rate = try source.open().info.outputRate
    let frameCount = Tracker.faces(of: stored.track).count
    return found(stored, times: PresentationTimes(frameCount: frameCount, rate: rate))
  }

  private func found(_ stored: Stored, times: PresentationTimes) -> FoundFaces<Tracker.Face> {
    FoundFaces(
      faces: Tracker.faces(of: stored.track), times: times, index: stored.index,
      warnings: stored.warnings)
  }
}

/// What pass 1 found.
struct FoundFaces<Face: Sendable> {
  /// One entry a source frame, nil where no face is.
  let faces: [Face?]
  let times: PresentationTimes
  /// For opening the source again without a scan; nil for pictures.
  let index: VideoIndex?
  let warnings: [String]

  var framesWithFace: Int { faces.count { $0 != nil } }
}
