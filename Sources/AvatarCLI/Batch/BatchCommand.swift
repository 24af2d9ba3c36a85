import ArgumentParser

/// `avatar batch`: many videos from a manifest.
struct BatchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "batch",
    abstract: "Make many videos from a manifest.",
    discussion: """
      Examples:
        avatar batch plan tonight.yaml
        avatar batch run tonight.yaml
        avatar batch status --watch
      """,
    subcommands: [
      BatchRunCommand.self, BatchPlanCommand.self, BatchStatusCommand.self,
      BatchJobsCommand.self, BatchLogsCommand.self, BatchRetryCommand.self,
      BatchCancelCommand.self, BatchAdoptCommand.self, BatchPruneCommand.self,
      BatchValidateCommand.self, BatchSchemaCommand.self, BatchHostCommand.self,
    ])
}
