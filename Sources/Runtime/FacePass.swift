import Foundation
import LipSync
import Media
import MediaTypes

/// Pass 1: decodes every source frame once, finds the face, and keeps what it found in the work folder.
struct FacePass<Tracker: FaceTracking> {
  /// What is stored: the frames' times follow from the index, or from the frame count for pictures.
  private struct Stored: Codable {
    let track: Tracker.Track
    let frameCount: Int
    let index: VideoIndex?
    let warnings: [String]
  }

  let source: SpeakSource
  let tracker: (_ rate: Rational, _ isStill: Bool) throws -> Tracker
  /// How many of the source's frames, from the first, are looked at: nil for all of them, as they are decoded for the first
  /// time; else the source is decoded alone first, to know its times.
  let frameLimit: ((SourceInfo, PresentationTimes) -> Int)?
  let work: WorkFolder
  let cancellation: Cancellation

  private let fileName = "faces.json"

  func run(_ progress: ProgressHandler) throws -> FoundFaces<Tracker.Face> {
    if let stored = try stored() { return stored }
    let reader = try source.open()
    let (track, times) =
      if let frameLimit { try look(reader, limit: frameLimit, progress) } else {
        try look(reader, progress)
      }
    let file = Stored(
      track: track, frameCount: times.frameCount, index: reader.index,
      warnings: reader.info.warnings)
    try work.write(JSONEncoder().encode(file), to: fileName)
    return found(file, times: times)
  }

  private func look(
    _ reader: any PictureSource, _ progress: ProgressHandler
  ) throws -> (Tracker.Track, PresentationTimes) {
    progress(.stage(name: "finding the face", total: reader.info.frameCount ?? 0))
    var tracker = try tracker(reader.info.outputRate, reader.info.kind == .still)
    let times = try reader.scan { index, frame in
      try cancellation.check()
      try tracker.add(frame)
      progress(.step(done: index + 1))
    }
    return (try tracker.finish(), times)
  }

  private func look(
    _ reader: any PictureSource, limit: (SourceInfo, PresentationTimes) -> Int,
    _ progress: ProgressHandler
  ) throws -> (Tracker.Track, PresentationTimes) {
    let times = try reader.scan { _, _ in try cancellation.check() }
    let count = min(limit(reader.info, times), times.frameCount)
    progress(.stage(name: "finding the face", total: count))
    var tracker = try tracker(reader.info.outputRate, reader.info.kind == .still)
    for index in 0..<count {
      try cancellation.check()
      try tracker.add(reader.frame(at: index))
      progress(.step(done: index + 1))
    }
    return (try tracker.finish(), times)
  }

  /// What an interrupted run of the same job found.
  private func stored() throws -> FoundFaces<Tracker.Face>? {
    guard let data = work.read(fileName),
      let stored = try? JSONDecoder().decode(Stored.self, from: data)
    else { return nil }
    if let index = stored.index { return found(stored, times: index.times) }
    let rate = try source.open().info.outputRate
    return found(stored, times: PresentationTimes(frameCount: stored.frameCount, rate: rate))
  }

  private func found(_ stored: Stored, times: PresentationTimes) -> FoundFaces<Tracker.Face> {
    FoundFaces(
      faces: Tracker.faces(of: stored.track), times: times, index: stored.index,
      warnings: stored.warnings)
  }
}

/// What pass 1 found.
struct FoundFaces<Face: Sendable> {
  /// One entry a source frame that was looked at, nil where no face is.
  let faces: [Face?]
  let times: PresentationTimes
  /// For opening the source again without a scan; nil for pictures.
  let index: VideoIndex?
  let warnings: [String]

  var framesWithFace: Int { faces.count { $0 != nil } }
}
