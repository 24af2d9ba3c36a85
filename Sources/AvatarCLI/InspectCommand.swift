import ArgumentParser
import Foundation
import MediaTypes
import Runtime

/// `avatar inspect`: which faces a clip shows, and where.
struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Show which faces a clip has, and draw them on a sheet.",
    discussion: """
      Prints size, rate, the faces with the numbers that --face takes, and where no face is \
      found. The sheet shows sample frames with boxes (yellow), landmarks (lips red, others \
      green), the painter's crop (blue) and the mouth that it would open (white). With a MuseTalk \
      model it shows what that would cut out and repaint instead, a row for each frame, at several \
      values of --box-shift, and the range that makes sense is told.

      Examples:
        avatar inspect clip.mp4
        avatar inspect clip.mp4 -o sheet.png --frames 20
        avatar inspect interview.mp4 -o sheet.png --face right
        avatar inspect clip.mp4 --json
        avatar inspect clip.mp4 -o shifts.png --model musetalk-1.0 --frames 3
        avatar inspect clip.mp4 -o shifts.png --model musetalk-1.0 --box-shifts=-7,0,7
      """)

  @Argument(
    help: ArgumentHelp(
      "A video, picture, folder of pictures, or presenter.", valueName: "clip"))
  var clip: String

  @Option(
    name: [.customShort("o"), .long], help: ArgumentHelp("The PNG to draw.", valueName: "file"))
  var output: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Mark the face that speak would take: largest, left, right, a number, or a picture.",
      valueName: "face|picture"),
    transform: FaceSelection.init)
  var face: FaceSelection?

  @Option(name: .long, help: ArgumentHelp("Frames on the sheet.", valueName: "1-100"))
  var frames = InspectRequest(clip: "").sampleCount

  @Option(
    name: .long,
    help: ArgumentHelp(
      "A MuseTalk model, whose boxes and masks the sheet shows.", valueName: "name|folder"))
  var model: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "The values of --box-shift on that sheet (default: -9,-6,-3,0,3,6,9).", valueName: "list"),
    transform: Self.shifts)
  var boxShifts: [Int]?

  @OptionGroup(title: "MuseTalk options")
  var museTalk: MuseTalkArguments

  @Flag(name: .long, help: "Replace an existing output.")
  var force = false

  @Flag(name: .long, help: "Print one JSON object.")
  var json = false

  @Flag(name: .long, help: "No progress on stderr.")
  var quiet = false

  func validate() throws {
    if clip.isEmpty { throw ValidationError("clip: name a file") }
    guard InspectRequest.sampleRange.contains(frames) else {
      throw ValidationError("--frames \(frames): use 1 to \(InspectRequest.sampleRange.upperBound)")
    }
    if model == nil, boxShifts != nil || !museTalk.isEmpty {
      throw ValidationError("--box-shifts and MuseTalk's options: need --model")
    }
    if museTalk.boxShift != nil || museTalk.vae != nil {
      throw ValidationError(
        "--box-shift and --vae: the sheet shows --box-shifts, and paints nothing")
    }
    if let output, FilePath.pathExtension(of: output).lowercased() != "png" {
      throw ValidationError("-o \(output): the sheet is a PNG, so end its name in .png")
    }
  }

  func run() throws {
    let report = try InterruptibleWork.run(quiet: quiet) {
      try Inspection(request, cancellation: $0.cancellation).run(progress: $1)
    }
    if json { return try JSONOutput.write(report) }
    for line in Self.lines(report) { try StandardStreams.printLine(line) }
  }

  private var request: InspectRequest {
    var request = InspectRequest(clip: clip)
    request.sheet = output
    request.face = face
    request.sampleCount = frames
    request.replacesOutput = force
    request.model = model
    request.boxShifts = boxShifts ?? request.boxShifts
    request.museTalk = museTalk.options
    return request
  }

  private static func shifts(_ text: String) throws -> [Int] {
    let shifts = text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    let range = MuseTalkOptions.boxShiftRange
    guard InspectRequest.shiftCounts.contains(shifts.count),
      shifts.allSatisfy({ $0.map(range.contains) ?? false })
    else {
      throw ValidationError(
        "--box-shifts \(text): write up to \(InspectRequest.shiftCounts.upperBound) numbers of pixels as -6,0,6"
      )
    }
    return shifts.compactMap(\.self)
  }

  private static func lines(_ report: InspectReport) -> [String] {
    let facts = [
      report.kind, "\(report.width)x\(report.height)", report.fps.map { "\($0) frames/s" },
      count(report.frames), report.fps == nil ? nil : String(format: "%.2f s", report.duration),
    ].compactMap(\.self).joined(separator: ", ")
    let faces = report.faces.map { face in
      let side = "crop of \(Int(face.cropSide.rounded())) px"
      let name = "face \(face.number)\(face.isChosen ? " *" : "")"
      return row(name, "\(count(face.framesWithFace)), \(side): \(ranges(face.ranges))")
    }
    let without =
      report.rangesWithoutFace.isEmpty ? [] : [row("no face", ranges(report.rangesWithoutFace))]
    let sheet = report.sheet.map { [row("sheet", $0)] } ?? []
    let shifts =
      report.boxShiftRange.map { [row("box shift", "\($0[0]) to \($0[1]) pixels")] } ?? []
    return [PrintableText.escaping("\(report.clip): \(facts)")] + faces + without + shifts + sheet
  }

  private static func row(_ name: String, _ value: String) -> String {
    name.padding(toLength: 10, withPad: " ", startingAt: 0) + PrintableText.escaping(value)
  }

  private static func count(_ frames: Int) -> String {
    "\(frames) \(frames == 1 ? "frame" : "frames")"
  }

  private static func ranges(_ ranges: [InspectReport.Range]) -> String {
    ranges.map { range in
      String(format: "%d-%d (%.2f-%.2f s)", range.first, range.last, range.start, range.end)
    }.joined(separator: ", ")
  }
}
