import ArgumentParser
import Foundation
import Runtime

/// `avatar network`: single networks on given tensors, for comparison with other engines.
struct NetworkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "network",
    abstract: "Run one network alone or export it, to compare with other engines.",
    discussion: """
      Tensors are read and written as safetensors, in PyTorch's own layouts; networks as ONNX.

      Examples:
        avatar network list
        avatar network describe musetalk-unet
        avatar network run whisper-encoder --weights models/whisper \\
          --inputs mel.safetensors --outputs states.safetensors
        avatar network export mini-painter -o painter.onnx
      """,
    subcommands: [List.self, Describe.self, Run.self, Export.self])
}

extension NetworkCommand {
  /// `avatar network list`.
  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the networks that can be run.")

    @Flag(name: .long, help: "Print JSON.")
    var json = false

    func run() throws {
      if json {
        try JSONOutput.write(["networks": NetworkCatalog.list])
      } else {
        for network in NetworkCatalog.list {
          try StandardStreams.printLine("\(network.name): \(network.summary)")
        }
      }
    }
  }

  /// `avatar network describe`.
  struct Describe: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show what a network takes, gives and needs.",
      discussion: """
        Without --weights: mini's networks as they are in this program, others in their \
        published sizes.

        Examples:
          avatar network describe musetalk-unet --keys
          avatar network describe whisper-encoder --weights models/whisper --json
        """)

    @Argument(help: ArgumentHelp("The network's name.", valueName: "name"))
    var name: String

    @Option(
      name: .long,
      help: ArgumentHelp("A published folder or file of weights.", valueName: "path"))
    var weights: String?

    @Flag(name: .long, help: "List every tensor of the weights.")
    var keys = false

    @Flag(name: .long, help: "Print JSON.")
    var json = false

    func run() throws {
      let description = try NetworkCatalog.describe(name, weights: weights)
      if json {
        try JSONOutput.write(description)
      } else {
        try StandardStreams.printLine(description.text)
        if keys { try StandardStreams.printLine(description.parameterText) }
      }
    }
  }

  /// `avatar network run`.
  struct Run: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Run a network once on the tensors of a file.",
      usage: "avatar network run <name> --inputs <file> --outputs <file> [<options>]",
      discussion: """
        Example:
          avatar network run musetalk-unet --weights models/musetalkV15 \\
            --inputs in.safetensors --outputs out.safetensors --precision fp32
        """)

    enum Device: String, CaseIterable, ExpressibleByArgument { case cpu, reference }
    enum Precision: String, CaseIterable, ExpressibleByArgument { case fp32, bf16, auto }

    @Argument(help: ArgumentHelp("The network's name.", valueName: "name"))
    var name: String

    @Option(
      name: .long,
      help: ArgumentHelp(
        "A published folder or file of weights; mini's networks need none.", valueName: "path"))
    var weights: String?

    @Option(
      name: .long, help: ArgumentHelp("Safetensors file of input tensors.", valueName: "file"))
    var inputs: String

    @Option(name: .long, help: ArgumentHelp("Safetensors file to write.", valueName: "file"))
    var outputs: String

    @Option(name: .long, help: "Number format of products.")
    var precision = Precision.fp32

    @Option(name: .long, help: "cpu, or plain loops for checking.")
    var device = Device.cpu

    @Option(name: .long, help: ArgumentHelp("Threads (default: all cores).", valueName: "count"))
    var threads: Int?

    @Flag(name: .long, help: "Replace an existing output.")
    var force = false

    @Flag(name: .long, help: "Print JSON.")
    var json = false

    func validate() throws {
      if let threads, !(1...256).contains(threads) {
        throw ValidationError("--threads \(threads): use 1 to 256")
      }
    }

    func run() throws {
      let cores = ProcessInfo.processInfo.activeProcessorCount
      let report = try NetworkCatalog.run(
        .init(
          network: name, weights: weights, inputs: inputs, outputs: outputs, replacing: force,
          precision: precision.rawValue,
          device: device == .cpu ? .cpu(threads: threads ?? cores) : .reference))
      for warning in report.warnings { StandardStreams.tell("avatar: warning: \(warning)\n") }
      if json {
        try JSONOutput.write(report)
      } else {
        try StandardStreams.printLine(outputs)
      }
    }
  }
}
