import ArgumentParser
import Foundation
import MediaTypes
import Runtime

/// `avatar prepare`: what MuseTalk needs to know of a clip, found and encoded once.
struct PrepareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prepare",
    abstract: "Prepare a clip for MuseTalk, so that speaking begins at once.",
    discussion: """
      Finds the faces of all frames, and encodes them. With -o the result is a folder that speak \
      takes as its avatar, with the model and options that it was prepared for; the clip has to stay \
      where it is. Without -o it goes into the cache, where speak looks by itself and keeps what it \
      prepares: $AVATAR_CACHE, or avatar in $XDG_CACHE_HOME or ~/.cache, up to AVATAR_CACHE_SIZE \
      (10G; 0 keeps nothing).

      Examples:
        avatar prepare clip.mp4
        avatar prepare clip.mp4 -o anna --model musetalk-1.5 --box-shift 5
        avatar speak --audio voice.wav --avatar anna
      """)

  @Argument(
    help: ArgumentHelp(
      "A video, picture, folder of pictures, or presenter.", valueName: "clip"))
  var clip: String

  @Option(
    name: [.customShort("o"), .long],
    help: ArgumentHelp("The folder to make (default: in the cache).", valueName: "folder"))
  var output: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "musetalk-1.5, musetalk-1.0, or a folder in the layout of MuseTalk's models.",
      valueName: "name|folder"))
  var model = "musetalk-1.5"

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Whose mouth will move: largest, left, right, a number, or a picture.",
      valueName: "face|picture"),
    transform: FaceSelection.init)
  var face: FaceSelection?

  @Option(
    name: .long, help: ArgumentHelp("auto, fp32 or bf16.", valueName: "precision"))
  var precision = SpeakRequest.Precision.auto

  @Option(
    name: .long,
    help: ArgumentHelp("Threads for the networks (default: all cores).", valueName: "count"))
  var threads: Int?

  @OptionGroup(title: "MuseTalk options")
  var museTalk: MuseTalkArguments

  @Flag(name: .long, help: "Replace an existing prepared avatar.")
  var force = false

  @Flag(name: .long, help: "Print one JSON object about the result on stdout.")
  var json = false

  @Flag(name: .long, help: "No progress on stderr.")
  var quiet = false

  func validate() throws {
    if clip.isEmpty { throw ValidationError("clip: name a file") }
    if output == "" { throw ValidationError("-o: name a folder") }
    if let threads, !SpeakOptions.threadRange.contains(threads) {
      throw ValidationError("--threads \(threads): use 1 to \(SpeakOptions.threadRange.upperBound)")
    }
  }

  func run() throws {
    let report = try InterruptibleWork.run(quiet: quiet) {
      try PrepareJob(request, output: output, cancellation: $0.cancellation).run(progress: $1)
    }
    if json { return try JSONOutput.write(report) }
    try StandardStreams.printLine(report.output)
    guard !quiet else { return }
    let size = String(format: "%.1f MB", Double(report.byteCount) / 1e6)
    let seconds = String(format: "%.1f", report.wallSeconds)
    StandardStreams.tell(
      "avatar: \(report.framesWithFace) of \(report.frames) frames with a face, \(size), in \(seconds) s\n"
    )
  }

  private var request: SpeakRequest {
    var request = SpeakRequest(audio: "", output: "")
    request.avatar = clip
    request.model = model
    request.face = face
    request.precision = precision
    request.threads = threads
    request.replacesOutput = force
    museTalk.apply(to: &request)
    return request
  }
}
