import Audio
import Face
import Foundation
import LipSync
import MediaTypes

/// Several speakers at once: a pipeline of its own for each, of which each paints its face into the same picture.
struct SpeakersPipeline<Base: SpeakPipeline>: SpeakPipeline {
  let speakers: [Speaker]
  let pipelines: [Base]
  /// The longest sound's samples and rate.
  let length: (sampleCount: Int, sampleRate: Int)

  /// `pipelines` are those of `speakers`, in their order, with sounds that `longest` has measured.
  init(_ speakers: [Speaker], _ pipelines: [Base], length: (sampleCount: Int, sampleRate: Int)) {
    (self.speakers, self.pipelines, self.length) = (speakers, pipelines, length)
  }

  /// The longest of `speakers`' sounds: samples per channel and rate.
  ///
  /// - Throws: errors of reading.
  static func longest(_ speakers: [Speaker]) throws -> (sampleCount: Int, sampleRate: Int) {
    let lengths = try speakers.map { speaker in
      let reader = try AudioFile(path: speaker.audio).reader()
      var piece: [Float] = []
      repeat { try reader.read(into: &piece) } while !piece.isEmpty
      return (sampleCount: reader.sourceSampleCount, sampleRate: reader.sourceSampleRate)
    }
    return lengths.max { $0.sampleCount * $1.sampleRate < $1.sampleCount * $0.sampleRate }!
  }

  func identity() throws -> String {
    let speakers = try speakers.map {
      "speaker \(try $0.face.identity()) \(try FileIdentity.describe($0.audio))"
    }
    return (try pipelines[0].identity() + speakers.map { "\n\($0)" }.joined())
  }

  var warnings: [String] { pipelines[0].warnings }

  func listen(_ progress: ProgressHandler) throws -> HeardSound<[Base.Painter.Speech]> {
    let sounds = try pipelines.map { try $0.listen(progress) }
    return HeardSound(
      sampleCount: length.sampleCount, sampleRate: length.sampleRate,
      modelFrameCount: { rate in sounds.compactMap { $0.modelFrameCount(rate) }.max() }
    ) { rate, frameCount in
      let speeches = try sounds.map { try $0.speech(rate, frameCount) }
      return { index in try speeches.map { try $0(index) } }
    }
  }

  func lookahead(rate: Rational) -> Int? { pipelines[0].lookahead(rate: rate) }

  var knownFaces: (record: FaceRecord<[Base.Tracker.Track]>, lookedAt: Int)? {
    let known = pipelines.compactMap(\.knownFaces)
    guard known.count == pipelines.count, let first = known.first else { return nil }
    let record = FaceRecord(
      track: known.map(\.record.track), frameCount: first.record.frameCount,
      index: first.record.index, warnings: first.record.warnings)
    return (record, known.map(\.lookedAt).min() ?? 0)
  }

  func tracker(rate: Rational, isStill: Bool) throws -> SpeakersTracker<Base.Tracker> {
    SpeakersTracker(
      names: speakers.map(\.face.text),
      try pipelines.map { try $0.tracker(rate: rate, isStill: isStill) })
  }

  func painter(work: WorkFolder) throws -> SpeakersPainter<Base.Painter> {
    SpeakersPainter(try pipelines.map { try $0.painter(work: work) })
  }

  var preparedPath: String? { nil }

  func keep(
    _ record: FaceRecord<[Base.Tracker.Track]>, work: WorkFolder, _ progress: ProgressHandler
  ) {
    for (pipeline, track) in zip(pipelines, record.track) {
      let own = FaceRecord(
        track: track, frameCount: record.frameCount, index: record.index,
        warnings: record.warnings)
      pipeline.keep(own, work: work, progress)
    }
  }
}

/// Follows the faces of several speakers.
struct SpeakersTracker<Base: FaceTracking>: FaceTracking {
  private let names: [String]
  private var trackers: [Base]

  init(names: [String], _ trackers: [Base]) { (self.names, self.trackers) = (names, trackers) }

  mutating func add(_ frame: Frame) throws {
    for index in trackers.indices { try trackers[index].add(frame) }
  }

  mutating func lookAgain(_ frame: (Int) throws -> Frame) throws {
    for index in trackers.indices { try trackers[index].lookAgain(frame) }
  }

  /// - Throws: `RuntimeError`, 65, where two speakers are one face, and as the trackers do.
  func finish() throws -> [Base.Track] {
    let tracks = try trackers.map { try $0.finish() }
    for (place, track) in tracks.enumerated() {
      guard let other = tracks[..<place].firstIndex(of: track),
        Base.faces(of: track).contains(where: { $0 != nil })
      else { continue }
      throw RuntimeError.badInput(
        "speakers \(names[other]) and \(names[place]): are the same face: see who is there with "
          + "avatar inspect, and name each face once")
    }
    return tracks
  }

  static func faces(of tracks: [Base.Track]) -> [[Base.Face?]?] {
    let faces = tracks.map(Base.faces)
    return (0..<(faces.map(\.count).max() ?? 0)).map { frame in
      let seen = faces.map { $0.indices.contains(frame) ? $0[frame] : nil }
      return seen.contains { $0 != nil } ? seen : nil
    }
  }

  /// Where somebody is turned away, and nobody is seen from the front.
  static func turnedAway(in tracks: [Base.Track]) -> [Bool] {
    let turned = tracks.map(Base.turnedAway)
    return zip(0..., faces(of: tracks)).map { frame, seen in
      seen == nil && turned.contains { $0.indices.contains(frame) && $0[frame] }
    }
  }
}
