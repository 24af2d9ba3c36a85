import ArgumentParser
import Runtime

/// How `speak` marks its output as made by AI, and what it tells about how it was made.
struct MarkingOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Who answers for the content, in the metadata's AI label: a name or registered code.",
      valueName: "text"),
    transform: { try SpeakCommand.read($0, of: "producer", SpeakOptions.labelText) })
  var producer = Provenance.defaultProducer

  @Option(
    name: .long,
    help: ArgumentHelp(
      "The producer's number for the content (default: a digest of pictures and sound).",
      valueName: "text"),
    transform: { try SpeakCommand.read($0, of: "content-id", SpeakOptions.labelText) })
  var contentID: String?

  @Flag(
    name: .customLong("no-command-metadata"),
    help: "Leave the command, with the inputs' names, out of the metadata.")
  var omitsCommand = false

  func apply(to request: inout SpeakRequest) { request.provenance = provenance }

  var provenance: Provenance {
    var provenance = Provenance()
    provenance.producer = producer
    provenance.contentID = contentID
    provenance.recordsCommand = !omitsCommand
    return provenance
  }
}
