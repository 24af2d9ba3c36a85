import Compute
import Face
import Foundation
public import LipSync
import Media
import MediaTypes

/// One `avatar inspect`: who is where in a clip, and a sheet on which a person checks it.
public struct Inspection {
  private let request: InspectRequest
  private let cancellation: Cancellation
  private let resources = SpeakResources()

  public init(_ request: InspectRequest, cancellation: Cancellation = Cancellation()) {
    self.request = request
    self.cancellation = cancellation
  }

  /// Looks at every frame, and draws the sheet where one is asked for.
  ///
  /// - Throws: `AvatarError`s with the documented exit codes, `CancelledError`.
  public func run(progress: @escaping ProgressHandler = { _ in }) throws -> InspectReport {
    if let sheet = request.sheet {
      try OutputPath.check(sheet, force: request.replacesOutput, inputs: [request.clip])
    }
    var speak = SpeakRequest(audio: "", output: "")
    speak.avatar = request.clip
    let museTalk = try museTalkModel()
    let (source, model) = (try SpeakSource(speak), try MiniModel("mini"))
    let threads = ResourceUsage.availableCores
    let landmarks = try resources.landmarks(model, threads: threads)
    let choice = try request.face?.choice(landmarks: landmarks)
    let reader = try source.open()
    var settings = FaceTracker.Settings()
    settings.readsStillPictures = reader.info.kind == .still
    var tracker = PeopleTracker(
      detector: try FrontalFaceDetector(), landmarks: landmarks, rate: reader.info.outputRate,
      settings: settings)
    progress(.stage(name: "finding faces", total: reader.info.frameCount ?? 0))
    let times = try reader.scan { index, frame in
      try cancellation.check()
      try tracker.add(frame)
      progress(.step(done: index + 1))
    }
    let people = tracker.finish()
    let chosen = try choice.flatMap { try people.index(of: $0) }
    for warning in reader.info.warnings { progress(.warning(warning)) }
    var report = report(reader.info, times, people, chosen)
    guard let path = request.sheet else { return report }
    let picture: RGBPicture
    if let museTalk {
      let range: MuseTalkGeometry.BoxShiftRange?
      (picture, range) = try grid(museTalk, people, chosen, reader, times)
      report.boxShiftRange = range.map { [$0.lowest, $0.highest] }
    } else {
      let painter = try resources.painter(model, threads: threads, precision: .fp32)
      let sheet = InspectionSheet(
        people: people, chosen: chosen, times: times, marks: [MouthMaskMark(painter: painter)])
      picture = try sheet.draw(reader, sampleCount: request.sampleCount) {
        try cancellation.check()
      }
    }
    try writePNG(picture, to: path, overwrite: request.replacesOutput)
    return report
  }

  /// The model whose boxes are to be drawn.
  private func museTalkModel() throws -> MuseTalkModel? {
    guard let name = request.model else { return nil }
    guard request.sheet != nil else {
      throw RuntimeError.usage("--model \(name): is for the sheet: name one with -o")
    }
    var speak = SpeakRequest(audio: "", output: "")
    (speak.model, speak.museTalk) = (name, request.museTalk)
    guard case .museTalk(let model) = try SpeakModel(speak) else {
      throw RuntimeError.usage("--model \(name): mini has no box to shift: take one of MuseTalk's")
    }
    return model
  }

  private func grid(
    _ model: MuseTalkModel, _ people: People, _ chosen: Int?, _ source: any PictureSource,
    _ times: PresentationTimes
  ) throws -> (RGBPicture, MuseTalkGeometry.BoxShiftRange?) {
    let track = chosen.map { people.persons[$0].track }
    let grid = BoxShiftGrid(
      model: model, options: request.museTalk, shifts: request.boxShifts,
      device: try resources.device(threads: ResourceUsage.availableCores),
      face: track.map { track in { track[$0] } })
    return try grid.draw(
      source, samples: InspectionSheet.samples(request.sampleCount, of: times.frameCount),
      times: times
    ) { try cancellation.check() }
  }

  private func report(
    _ info: SourceInfo, _ times: PresentationTimes, _ people: People, _ chosen: Int?
  ) -> InspectReport {
    let hasFace = (0..<times.frameCount).map { frame in
      people.persons.contains { $0.track[frame] != nil }
    }
    let persons = people.persons.enumerated().map { index, person in
      InspectReport.Person(
        number: index + 1, framesWithFace: person.track.framesWithFace,
        cropSide: ((person.track.medianCropSide ?? 0) * 10).rounded() / 10,
        ranges: person.track.rangesWithFace.map { .init($0, times: times) },
        isChosen: index == chosen)
    }
    let last = times.frameCount - 1
    let duration = times.seconds(last) + Double(times.lastDuration) * times.timeBase.value
    return InspectReport(
      clip: request.clip, kind: info.kind.rawValue, width: info.width, height: info.height,
      fps: info.kind == .still ? nil : times.averageRate.description, frames: times.frameCount,
      duration: info.kind == .still ? 0 : (duration * 1000).rounded() / 1000,
      framesWithFace: hasFace.count { $0 },
      rangesWithoutFace: Self.ranges(hasFace.map { !$0 }).map { .init($0, times: times) },
      faces: persons, sheet: request.sheet, warnings: info.warnings)
  }

  /// Ranges in which `flags` are true.
  private static func ranges(_ flags: [Bool]) -> [Range<Int>] {
    flags.indices.reduce(into: []) { result, index in
      guard flags[index] else { return }
      if let last = result.last, last.upperBound == index {
        result[result.count - 1] = last.lowerBound..<(index + 1)
      } else {
        result.append(index..<(index + 1))
      }
    }
  }
}
