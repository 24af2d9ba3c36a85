import Batch
import Compute
import Media
import MediaTypes

/// A job of a batch as requests to `generate` and `speak`: one of them, or first the one and then the other.
struct VideoJob {
  let output: String
  /// The last step of the job, or where its face is made that `speak` moves.
  let generate: GenerateRequest?
  let speak: SpeakRequest?
  private let generateStep: JobStep?
  private let makesContactSheet: Bool

  /// - Throws: `RuntimeError`, 65, for steps that this version can't do; what finding a prepared avatar throws.
  init(_ job: JobSpecification) throws {
    output = job.output
    makesContactSheet = job.makesContactSheet
    let folder = FilePath.folder(of: output)
    switch job.steps.map(\.kind) {
    case [SpeakJobKind.name]:
      var request = try SpeakRequest(job.steps[0], output: output)
      request.provenance.commandFolder = folder
      (generateStep, generate) = (nil, nil)
      speak = try request.resolvingPreparedAvatar()
    case [GenerateJobKind.name]:
      generateStep = job.steps[0]
      generate = try Self.generate(job.steps[0], output: output, folder: folder)
      speak = nil
    case [GenerateJobKind.name, SpeakJobKind.name]:
      generateStep = job.steps[0]
      var face = try Self.generate(
        job.steps[0], output: GeneratedFace.path(of: job.steps[0], output: output), folder: folder)
      if !face.isStill {
        face.output = GeneratedFace.path(
          GeneratedFace.name(of: face, output: output), output: output)
      }
      if job.steps[0].options["crf"] == nil { face.crf = GenerateJob.intermediateCRF }
      // What it speaks takes the place of a clip's sound.
      face.control.leavesSoundOut = face.control.video != nil
      var request = try SpeakRequest(job.steps[1], output: output)
      request.provenance.commandFolder = folder
      request.avatar = face.output
      request.generatedFace = FilePath.name(of: face.output)
      (generate, speak) = (face, request)
    default:
      throw RuntimeError.badInput(
        "job \(job.name): this version can't do \(job.steps.map(\.kind).joined(separator: ", "))")
    }
  }

  private static func generate(
    _ step: JobStep, output: String, folder: String
  ) throws -> GenerateRequest {
    var request = try GenerateRequest(step, output: output)
    request.provenance.commandFolder = folder
    return request
  }

  /// Whether a sheet of frames belongs beside the output: not beside a picture.
  var wantsContactSheet: Bool {
    makesContactSheet && !(speak == nil && generate?.isStill == true)
  }

  /// The presenter that speaks, if one does.
  func presenter() throws -> Presenter? {
    guard let speak, generate == nil else { return nil }
    return try speak.avatar.map(Presenter.named) ?? Presenter.all().first
  }

  /// The files and folders whose contents decide the output's bytes.
  func inputs() throws -> [String] {
    let generated = generate?.inputs ?? []
    guard let speak else { return generated }
    let avatar = try generate == nil && presenter() == nil ? speak.avatar : nil
    let model = try SpeakModel(speak).inputPath
    return generated + speak.sounds
      + [avatar, model, speak.museTalk.autoencoder, speak.captions?.path].compactMap(\.self)
      + (speak.speakers.isEmpty ? [] : speak.facePictures)
  }

  /// Everything but the inputs' contents that decides the output's bytes; `resolve` says what a precision means here.
  func identity(
    resolve: (SpeakRequest.Precision) throws -> Precision
  ) throws -> String {
    var lines: [String] = []
    if let generate, let generateStep {
      lines.append("model \(try generate.modelIdentity())")
      lines.append(
        "avatar \(Version.current) \(InstructionSet.name) \(try resolve(generate.precision))")
      lines.append(GenerateJobKind.key(generateStep))
      if speak == nil { lines.append("format \(FilePath.pathExtension(of: output).lowercased())") }
    }
    if let speak {
      let model = try SpeakModel(speak)
      lines += [
        "avatar \(Version.current) \(InstructionSet.name) \(try resolve(speak.precision))",
        "model \(try model.inputPath == nil ? model.identity() : "folder")",
        "presenter \(try presenter()?.name ?? "none")", try speak.optionsKey,
      ]
    }
    if speak?.provenance.recordsCommand ?? generate?.provenance.recordsCommand ?? false {
      // The command in the metadata names the inputs.
      let folder = FilePath.folder(of: output)
      lines += try inputs().map { "input \(FilePath.relative($0, to: folder))" }
    }
    return lines.joined(separator: "\n")
  }

  /// A rough size of the output.
  func size() throws -> JobSize {
    guard let speak else {
      return try generate?.expectedSize() ?? JobSize(seconds: 0, frameCount: 0, pixelsPerFrame: 0)
    }
    let seconds = try speak.sounds.map(Self.seconds(of:)).max() ?? 0
    if let generate {
      let face = try generate.expectedSize()
      let rate = speak.rate ?? generate.talkingRate ?? Rational(25)
      return JobSize(
        seconds: seconds, frameCount: Int((seconds * rate.value).rounded(.up)),
        pixelsPerFrame: face.pixelsPerFrame)
    }
    let source = try SpeakSource(speak)
    let info = try probe(source.path)
    let rate = source.rate(speak, info)
    return JobSize(
      seconds: seconds, frameCount: Int((seconds * rate.value).rounded(.up)),
      pixelsPerFrame: info.width * info.height)
  }

  private static func seconds(of audio: String) throws -> Double {
    let sound = try probe(audio)
    guard sound.hasAudio, let seconds = sound.durationSeconds, seconds > 0 else {
      throw RuntimeError.badInput(
        "\(audio): \(sound.hasAudio ? "is empty, or its length can't be told" : "has no sound"): "
          + "name another audio")
    }
    return seconds
  }
}

extension GenerateRequest {
  /// A rough size of what is made.
  fileprivate func expectedSize() throws -> JobSize {
    let clip = try control.video.map { try probe($0) }
    let like = try size == nil ? image.map { try probe($0) } ?? clip : nil
    let pixels = size.map { $0.width * $0.height } ?? like.map { $0.width * $0.height } ?? 512 * 512
    guard !isStill else { return JobSize(seconds: 0, frameCount: 1, pixelsPerFrame: pixels) }
    let usual =
      videoModel == MotionGenerator.model
      ? Length.seconds(MotionGenerator.usualSeconds) : .frames(MuseVOptions.usualFrames)
    let whole = clip?.durationSeconds.map { Length.seconds($0) }
    let frames = (wholeLength ?? whole ?? usual).frameCount(at: expectedRate)
    return JobSize(
      seconds: Double(frames) / expectedRate.value, frameCount: frames, pixelsPerFrame: pixels)
  }
}
