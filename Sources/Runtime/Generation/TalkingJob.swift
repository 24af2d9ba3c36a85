import Audio
public import LipSync
import Media
import MediaTypes

/// `generate` and then `speak`: a face is made, kept beside the output until the video is done, and speaks.
public struct TalkingJob {
  private let generate: GenerateRequest
  private let speak: SpeakRequest
  private let key: String
  private let resources: SpeakResources
  private let cancellation: Cancellation

  /// Two steps of a batch's job with this key; `generate` writes where `speak` finds its avatar.
  init(
    _ generate: GenerateRequest, _ speak: SpeakRequest, key: String, resources: SpeakResources,
    cancellation: Cancellation
  ) {
    (self.generate, self.speak, self.key) = (generate, speak, key)
    (self.resources, self.cancellation) = (resources, cancellation)
  }

  /// One command: what `request` asks for, speaking as `speech` does, whose output, quality, seed, precision and threads are the
  /// request's.
  ///
  /// Everything that can be checked beforehand is, since making the face may take hours.
  ///
  /// - Throws: `AvatarError`s with the documented exit codes.
  public init(
    _ request: GenerateRequest, speech: SpeakRequest, cancellation: Cancellation = Cancellation()
  ) throws {
    guard !request.isStill else {
      throw RuntimeError.usage(
        "output \(request.output): a picture can't speak: end its name in .mp4, .m4v, .mov or .webm"
      )
    }
    let output = request.output
    var (face, speak) = (request, speech)
    face.output = GeneratedFace.path(
      GeneratedFace.name(of: request, output: output), output: output)
    (face.isIntermediate, face.replacesOutput) = (true, false)
    (speak.output, speak.avatar, speak.crf) = (output, face.output, request.crf)
    (speak.precision, speak.threads, speak.seed) = (
      request.precision, request.threads, request.seed
    )
    (speak.provenance, speak.replacesOutput) = (request.provenance, request.replacesOutput)
    speak.keepsUnfinishedWork = request.keepsUnfinishedWork
    // A shorter clip goes on below the sound.
    if request.wholeLength != nil || request.control.video != nil { speak.length = .longest }
    try Self.check(face, speak)
    self.init(
      face, speak, key: try face.key(), resources: SpeakResources(), cancellation: cancellation)
  }

  private static func check(_ face: GenerateRequest, _ speak: SpeakRequest) throws {
    for sound in speak.sounds { _ = try AudioFile(path: sound) }
    _ = try SpeakModel(speak)
    let inputs = face.inputs + speak.sounds + [speak.captions?.path].compactMap(\.self)
    try OutputPath.check(speak.output, force: speak.replacesOutput, inputs: inputs)
    if speak.makesContactSheet {
      try ContactSheet.check(of: speak.output, replaces: speak.replacesOutput, inputs: inputs)
    }
    try speak.captions.map { try SpeakCaptions($0, output: speak.output) }?
      .checkSidecar(speak, inputs: inputs)
  }

  /// Refuses what the steps would refuse, the second of them only when the face was made.
  ///
  /// - Throws: as they do.
  private static func foresee(
    _ face: GenerateRequest, _ speak: SpeakRequest, _ cancellation: Cancellation
  ) throws {
    if let info = try GenerateJob(face, cancellation: cancellation).announced() {
      let captions = try speak.captions.map { try SpeakCaptions($0, output: speak.output) }
      _ = try PictureAdditions(speak, captions: captions, on: info)
    }
    if let loudness = speak.loudness, speak.speakers.isEmpty {
      _ = try LoudnessTarget(loudness).gain(for: AudioTrack(path: speak.audio), cancellation)
    }
  }

  /// The command without a length that was not said, but is the sound's.
  private func saidOnly(_ words: [String]) -> [String] {
    guard generate.length == nil, generate.control.video == nil,
      let place = words.firstIndex(of: "--frames")
    else { return words }
    return Array(words[..<place] + words[(place + 2)...])
  }

  /// Does the work and returns what `speak` did; of the face nothing is left.
  ///
  /// - Throws: as `GenerateJob.run` and `SpeakJob.run`.
  public func run(progress: @escaping ProgressHandler = { _ in }) throws -> SpeakReport {
    var speak = speak
    speak.rate = speak.rate ?? generate.talkingRate
    speak.loop = speak.loop ?? (generate.loops ? .loop : nil)
    var generate = try generate.lasting(as: speak.sounds)
    try Self.foresee(generate, speak, cancellation)
    // The face's own folder lies in one that is removed where it should be.
    generate.keepsUnfinishedWork = true
    let face = try GeneratedFace(generate, output: speak.output, key: key)
    do {
      try face.make(cancellation, progress: progress)
      let command = try probe(speak.avatar ?? "").tag(OutputTags.command)
      if generate.isIntermediate {
        speak.talkingCommand = command.flatMap(ShellWords.split).map(saidOnly)
      } else {
        speak.generateCommand = command
      }
      let report = try SpeakJob(speak, resources: resources, cancellation: cancellation)
        .run(progress: progress)
      face.remove()
      return report
    } catch {
      if !speak.survives(error) { face.remove() }
      throw error
    }
  }
}

extension GenerateRequest {
  /// Fewer frames a second make lips stutter.
  private static let leastTalkingRate = Rational(24)

  /// The rate of what is made.
  var expectedRate: Rational {
    rate
      ?? (videoModel == MotionGenerator.model
        ? MotionGenerator.usualRate : Rational(MuseVOptions.usualRate))
  }

  /// The rate at which it speaks, where that is not said: its own, or the smallest multiple that lips need, so that all of its
  /// frames are shown equally long; nil for pictures.
  var talkingRate: Rational? {
    guard !isStill else { return nil }
    let own = expectedRate
    let times = (Self.leastTalkingRate.value / own.value).rounded(.up)
    return own * Rational(max(Int(times), 1))
  }

  /// This, with frames for the longest of `sounds` where it is a video whose length neither is said nor comes from a clip.
  ///
  /// - Throws: errors of reading.
  func lasting(as sounds: [String]) throws -> GenerateRequest {
    guard !isStill, wholeLength == nil, control.video == nil else { return self }
    let counts = try sounds.map { path in
      let reader = try AudioFile(path: path).reader()
      var piece: [Float] = []
      repeat { try reader.read(into: &piece) } while !piece.isEmpty
      return reader.frameCount(at: expectedRate)
    }
    var request = self
    // MuseV makes no fewer.
    request.length = .frames(max(counts.max() ?? 0, 2))
    return request
  }
}
