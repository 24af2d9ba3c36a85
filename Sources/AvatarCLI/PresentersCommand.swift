import ArgumentParser
import Foundation
import Runtime

/// `avatar presenters`: who can speak without any file.
struct PresentersCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "presenters",
    abstract: "List the built-in presenters, or save one's idle clip.",
    usage: "avatar presenters [<options>]",
    discussion: """
      Examples:
        avatar presenters
        avatar presenters --save amara -o amara.mp4
      """)

  @Option(
    name: .long, help: ArgumentHelp("Save this presenter's idle clip.", valueName: "presenter"))
  var save: String?

  @Option(
    name: [.customShort("o"), .long],
    help: ArgumentHelp("Where to save it (default: its name with .mp4).", valueName: "file"))
  var output: String?

  @Flag(name: .long, help: "Replace an existing output.")
  var force = false

  @Flag(name: .long, help: "Print JSON.")
  var json = false

  func validate() throws {
    if save == nil, output != nil { throw ValidationError("-o: say whose clip with --save") }
    if save != nil, json { throw ValidationError("--json: lists presenters, without --save") }
    if output == "" { throw ValidationError("-o: name a file") }
  }

  func run() throws {
    if let save {
      let path = try PresenterLibrary.save(save, to: output ?? "\(save).mp4", force: force)
      return try StandardStreams.printLine(path)
    }
    let presenters = try Presenter.all()
    if json { return try JSONOutput.write(["presenters": presenters]) }
    let width = presenters.map(\.name.count).max() ?? 0
    for presenter in presenters {
      let name = presenter.name.padding(toLength: width + 2, withPad: " ", startingAt: 0)
      try StandardStreams.printLine("\(name)\(presenter.title): \(presenter.description)")
    }
  }
}
