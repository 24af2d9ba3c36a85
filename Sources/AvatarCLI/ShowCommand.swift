import ArgumentParser
import Foundation
import Media
import Runtime

/// `avatar show`: what a file says about itself.
struct ShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show a file's AI label and the command that repeats it.",
    discussion: """
      Reads any video, sound or picture, and the AI label (metadata AIGC, GB
      45438-2025) also of files that other programs made. Metadata proves nothing:
      anybody can write or remove it.

      Examples:
        avatar show hello.mp4
        avatar show hello.mp4 --json
      """)

  @Argument(help: ArgumentHelp("The file to look at.", valueName: "file"))
  var file: String

  @Flag(name: .long, help: "Print JSON.")
  var json = false

  func run() throws {
    let report = try ShowReport(file: file)
    if json { return try JSONOutput.write(report) }
    for line in ShowLines(report).all { try StandardStreams.printLine(line) }
  }
}

/// A report as lines for a person.
private struct ShowLines {
  let report: ShowReport

  init(_ report: ShowReport) { self.report = report }

  var all: [String] {
    let file = printable(report.file)
    let title =
      report.isOurs
      ? "\(file): made by avatar \(printable(report.version ?? ""))"
      : "\(file): not made by avatar, or its metadata was removed"
    let warnings = report.warnings.map { row("warning", $0) }
    return ([title] + origin + hiddenLabel + [visibleLabel] + facts + warnings + [command])
      .compactMap(\.self)
  }

  private var origin: [String?] {
    guard report.isOurs else { return [] }
    let model = [
      report.model, report.precision, report.seed.map { "seed \($0)" }, report.instructionSet,
    ].compactMap(\.self).joined(separator: ", ")
    return [row("model", model), row("batch job", report.jobKey)]
  }

  private var command: String? {
    report.isOurs ? row("repeat", report.command ?? "the command was not recorded") : nil
  }

  private var hiddenLabel: [String?] {
    guard let text = report.labelText else { return [row("AI label", "none in the metadata")] }
    guard let label = report.label else { return [row("AI label", "can't be read: \(text)")] }
    var lines = [
      row("AI label", "\(label.meaning) (Label \(label.label))"),
      row("  producer", label.contentProducer), row("  content", label.produceID),
      row("  reserved", label.reservedCode1),
    ]
    if (label.contentPropagator, label.propagateID) != (label.contentProducer, label.produceID) {
      lines += [row("  spread by", label.contentPropagator), row("  as", label.propagateID)]
    }
    return lines + [row("  reserved", label.reservedCode2)]
  }

  private var visibleLabel: String? { row("in picture", report.visibleLabel) }

  private var facts: [String?] {
    let seconds = report.duration.map { String(format: "%.2f s", $0) }
    let picture = [
      report.width.flatMap { width in report.height.map { "\(width)x\($0)" } },
      report.fps.map { "\($0) frames/s" },
      report.frames.map { "\($0) \($0 == 1 ? "frame" : "frames")" },
      report.width == nil ? nil : seconds,
      report.pictureCodec,
    ].compactMap(\.self).joined(separator: ", ")
    let sound = report.sound.map { sound in
      [
        sound.codec, sound.sampleRate.map { "\($0) Hz" },
        sound.channels.map { $0 == 1 ? "1 channel" : "\($0) channels" },
        report.width == nil ? seconds : nil,
      ].compactMap(\.self).joined(separator: ", ")
    }
    let silence = report.kind == SourceInfo.Kind.video.rawValue ? "none" : nil
    return [row("picture", picture), row("sound", sound ?? silence)]
  }

  /// A line of name and value; nil where there is no value.
  private func row(_ name: String, _ value: String?) -> String? {
    guard let value, !value.isEmpty else { return nil }
    return name.padding(toLength: 12, withPad: " ", startingAt: 0) + printable(value)
  }

  /// `text` on one line: what would steer a terminal is shown as a code.
  private func printable(_ text: String) -> String { PrintableText.escaping(text) }
}
