import ArgumentParser
import Foundation
import ModelStore

/// `avatar models`: which models there are, under which terms, and the files of each.
struct ModelsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "models",
    abstract: "List, install, check and remove models.",
    discussion: """
      Models are kept in $AVATAR_HOME/models (default ~/.local/share/avatar/models). \
      HF_ENDPOINT, HF_TOKEN, HF_HOME, HF_HUB_CACHE and HF_HUB_OFFLINE mean what they mean to \
      Hugging Face's own tools, https_proxy and no_proxy what they mean to curl.

      Examples:
        avatar models list
        avatar models show musetalk-1.5
        avatar models install musetalk-1.5
        avatar models import ~/MuseTalk/models
        avatar models verify musetalk-1.5 --run
      """,
    subcommands: [
      ModelsListCommand.self, ModelsShowCommand.self, ModelsInstallCommand.self,
      ModelsImportCommand.self, ModelsVerifyCommand.self, ModelsRemoveCommand.self,
    ])
}

/// `avatar models list`.
struct ModelsListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the models that this program knows.")

  @Flag(name: .long, help: "Only models that may be used commercially.")
  var commercial = false

  @Flag(name: .long, help: "Print JSON.")
  var json = false

  func run() throws {
    let store = ModelStore()
    let models = store.models.filter { !commercial || $0.commercialUse == .allowed }
    let entries = try models.map { try ModelListEntry($0, store.status(of: $0)) }
    if json { return try JSONOutput.write(["models": entries]) }
    let width = entries.map(\.name.count).max() ?? 0
    for entry in entries {
      let name = entry.name.padding(toLength: width + 2, withPad: " ", startingAt: 0)
      try StandardStreams.printLine("\(name)\(entry.text)")
    }
  }
}

/// `avatar models show`.
struct ModelsShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show a model's files, origins and terms.",
    discussion: """
      Example:
        avatar models show musetalk-1.5 --json
      """)

  @Argument(help: ArgumentHelp("The model's name.", valueName: "model"))
  var name: String

  @Flag(name: .long, help: "Print JSON.")
  var json = false

  func run() throws {
    let store = ModelStore()
    let model = try store.published(name)
    let entry = try ModelListEntry(model, store.status(of: model))
    let details = ModelDetails(entry, model, store)
    if json { return try JSONOutput.write(details) }
    try StandardStreams.printLine(details.text)
  }
}
