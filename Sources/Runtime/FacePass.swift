import Foundation
import LipSync
import Media
import MediaTypes

/// Pass 1: decodes source frames, finds the face, and keeps what it found in the work folder.
struct FacePass<Tracker: FaceTracking> {
  let source: SpeakSource
  let tracker: (_ rate: Rational, _ isStill: Bool) throws -> Tracker
  /// How many of the source's frames, from the first, are looked at: nil for all of them, as they are decoded for the first
  /// time; else the source is decoded alone first, to know its times.
  let frameLimit: ((SourceInfo, PresentationTimes) -> Int)?
  /// What was found earlier, and in how many frames.
  let known: (record: FaceRecord<Tracker.Track>, lookedAt: Int)?
  let work: WorkFolder
  let cancellation: Cancellation

  private let fileName = "faces.json"

  init(
    source: SpeakSource, tracker: @escaping (_ rate: Rational, _ isStill: Bool) throws -> Tracker,
    frameLimit: ((SourceInfo, PresentationTimes) -> Int)?,
    known: (record: FaceRecord<Tracker.Track>, lookedAt: Int)? = nil, work: WorkFolder,
    cancellation: Cancellation
  ) {
    (self.source, self.tracker, self.frameLimit) = (source, tracker, frameLimit)
    (self.known, self.work, self.cancellation) = (known, work, cancellation)
  }

  func run(_ progress: ProgressHandler) throws -> FaceRecord<Tracker.Track> {
    if let stored = stored() { return stored }
    if let known, let frameLimit {
      let info = try source.open(index: known.record.index).info
      let times = known.record.times(rate: info.outputRate)
      if known.lookedAt >= min(frameLimit(info, times), times.frameCount) { return known.record }
    }
    let reader = try source.open(index: known?.record.index)
    let (track, times) =
      if let frameLimit { try look(reader, limit: frameLimit, progress) } else {
        try look(reader, progress)
      }
    let record = FaceRecord(
      track: track, frameCount: times.frameCount, index: reader.index,
      warnings: GeneratedFace.isOne(source.path) ? [] : reader.info.warnings)
    try work.write(JSONEncoder().encode(record), to: fileName)
    return record
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
    try tracker.lookAgain { index in
      try cancellation.check()
      return try reader.frame(at: index)
    }
    return (try tracker.finish(), times)
  }

  /// What an interrupted run of the same job found.
  private func stored() -> FaceRecord<Tracker.Track>? {
    work.read(fileName).flatMap {
      try? JSONDecoder().decode(FaceRecord<Tracker.Track>.self, from: $0)
    }
  }
}

/// What pass 1 found.
struct FoundFaces<Face: Sendable> {
  /// One entry a source frame that was looked at, nil where no face is.
  let faces: [Face?]
  /// One entry a frame: whether a face is there that is turned away.
  let turnedAway: [Bool]
  let times: PresentationTimes
  /// For opening the source again without a scan; nil for pictures.
  let index: VideoIndex?
  let warnings: [String]

  var framesWithFace: Int { faces.count { $0 != nil } }
}

extension FoundFaces {
  init<Tracker: FaceTracking>(
    _ record: FaceRecord<Tracker.Track>, by tracker: Tracker.Type, in source: SpeakSource
  ) throws where Tracker.Face == Face {
    let rate = try record.index == nil ? source.open().info.outputRate : Rational(25)
    self.init(
      faces: Tracker.faces(of: record.track), turnedAway: Tracker.turnedAway(in: record.track),
      times: record.times(rate: rate),
      index: record.index, warnings: record.warnings)
  }
}
