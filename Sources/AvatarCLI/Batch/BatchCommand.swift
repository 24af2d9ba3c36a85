import ArgumentParser

/// `avatar batch`: many videos from a manifest.
struct BatchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "batch",
    abstract: "Make many videos from a manifest.",
    subcommands: [
      BatchRunCommand.self, BatchValidateCommand.self, BatchSchemaCommand.self,
      BatchHostCommand.self,
    ])
}
