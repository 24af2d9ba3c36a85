import ArgumentParser
import MediaTypes
import ModelStore
import Runtime

/// `avatar models install`.
struct ModelsInstallCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "install",
    abstract: "Download a model, or what of it is missing, and check it.",
    discussion: """
      Files that Hugging Face's cache or torch.hub's hold are used where they are. A download \
      that was cut off goes on where it was; one that isn't the published file is deleted. \
      Behind a proxy or offline it says which file to put where.

      Examples:
        avatar models install musetalk-1.5
        avatar models install musetalk-1.5 --from ~/MuseTalk/models --yes
        HF_ENDPOINT=https://mirror.example avatar models install musetalk-1.5
      """)

  @Argument(help: ArgumentHelp("The model's name.", valueName: "model"))
  var name: String

  @Option(
    name: .long, help: ArgumentHelp("Use what this models folder has, in place.", valueName: "dir"))
  var from: [String] = []

  @Flag(name: .long, help: "Refuse a model that isn't cleared for commercial use.")
  var commercial = false

  @Flag(name: [.long, .customLong("accept-licence")], help: "Accept the model's terms.")
  var yes = false

  @Flag(name: .long, help: "Show no progress.")
  var quiet = false

  @Flag(name: .long, help: "Print JSON.")
  var json = false

  func run() throws {
    try ModelInstallation(quiet: quiet).run { installer in
      let installer = installer(from, true)
      let plan = try installer.plan(name)
      if commercial { try plan.checkCommercialUse() }
      LicenceNotice.show(plan.model)
      try LicenceNotice.ask(plan, isAccepted: yes)
      let model = try installer.install(plan)
      if json { return try JSONOutput.write(InstalledModelReport(model)) }
      try StandardStreams.printLine("\(name) is installed")
    }
  }
}

/// `avatar models import`.
struct ModelsImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Use MuseTalk's models folder where it is.",
    discussion: """
      Each model whose files are there is checked and registered; nothing is copied or \
      downloaded, so the folder has to stay. The face detector, which is not in that folder, is \
      taken from torch.hub's cache.

      Example:
        avatar models import ~/MuseTalk/models
      """)

  @Argument(help: ArgumentHelp("The models folder.", valueName: "dir"))
  var folder: String

  @Flag(name: .long, help: "Refuse models that aren't cleared for commercial use.")
  var commercial = false

  @Flag(name: .long, help: "Show no progress.")
  var quiet = false

  @Flag(name: .long, help: "Print JSON.")
  var json = false

  func run() throws {
    try ModelInstallation(quiet: quiet).run { installer in
      let installer = installer([folder], false)
      var models: [InstalledModel] = []
      for name in try installer.namesInFolders() {
        let plan = try installer.plan(name)
        if commercial { try plan.checkCommercialUse() }
        LicenceNotice.show(plan.model)
        models.append(try installer.install(plan))
      }
      if json { return try JSONOutput.write(["models": models.map(InstalledModelReport.init)]) }
      for model in models { try StandardStreams.printLine("\(model.name) is installed") }
    }
  }
}

/// Progress and Ctrl-C around an installation.
struct ModelInstallation {
  let quiet: Bool

  typealias MakeInstaller = (_ folders: [String], _ mayDownload: Bool) -> ModelInstaller

  func run(_ body: (MakeInstaller) throws -> Void) throws {
    let signals = SignalWatch()
    let display = ProgressDisplay(quiet: quiet)
    do {
      try body { folders, mayDownload in
        ModelInstaller(
          ModelStore(), folders: folders, mayDownload: mayDownload,
          isCancelled: signals.isRaised, report: display.handle)
      }
      display.close()
    } catch {
      display.close()
      guard var interruption = signals.interruption else { throw error }
      interruption.aftermath = "what came is kept, the same command goes on from there"
      throw interruption
    }
  }
}

extension ProgressDisplay {
  func handle(_ event: InstallEvent) {
    switch event {
    case .downloading(let path, _, let byteCount):
      beginBytes("downloading \(FilePath.name(of: path))", total: byteCount ?? 0)
    case .checking(let path, let byteCount):
      beginBytes("checking \(FilePath.name(of: path))", total: byteCount)
    case .progress(let byteCount): handle(ProgressEvent.step(done: byteCount))
    case .warning(let text): handle(ProgressEvent.warning(text))
    }
  }
}

/// An installed model as JSON.
struct InstalledModelReport: Encodable {
  struct Part: Encodable {
    let role: ModelRole
    let weights: String
    let configuration: String?
    let sha256: String?
  }

  let model: String
  let parts: [Part]

  init(_ model: InstalledModel) {
    self.model = model.name
    parts = model.parts.map {
      Part(
        role: $0.role, weights: $0.weights, configuration: $0.configuration, sha256: $0.sha256)
    }
  }
}
