import ArgumentParser
import MediaTypes
import Runtime

extension NetworkCommand {
  /// `avatar network export`.
  struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write a network as an ONNX file, for other runtimes.",
      usage: "avatar network export <name> --output <file> [<options>]",
      discussion: """
        The file takes and gives the tensors that `avatar network describe` lists, in fp32 and in fixed sizes. Weights \
        of more than 1.5 GB go into a second file, NAME.onnx.data, that must stay beside it.

        Examples:
          avatar network export mini-landmarks -o landmarks.onnx
          avatar network export musetalk-unet --weights models/musetalkV15 \\
            -o unet.onnx
          avatar network export vae-decoder --random \\
            --shapes latents=4x4x32x32 -o decoder.onnx
        """)

    @Argument(help: ArgumentHelp("The network's name.", valueName: "name"))
    var name: String

    @Option(
      name: .long,
      help: ArgumentHelp(
        "A published folder or weights file; mini's networks need none.", valueName: "path"))
    var weights: String?

    @Flag(name: .long, help: "Random weights in the published sizes, the same each time.")
    var random = false

    @Option(
      name: .long,
      help: ArgumentHelp(
        "Shapes of inputs, as latents=1x8x32x32,audio=1x50x384 (default: batch 1, published size).",
        valueName: "shapes"),
      transform: Self.shapes)
    var shapes: [String: [Int]] = [:]

    @Option(
      name: [.customShort("o"), .long],
      help: ArgumentHelp("The ONNX file to write.", valueName: "file"))
    var output: String

    @Flag(name: .long, help: "Replace an existing output.")
    var force = false

    @Flag(name: .long, help: "Print JSON.")
    var json = false

    func validate() throws {
      guard FilePath.pathExtension(of: output).lowercased() == "onnx" else {
        throw ValidationError("-o \(output): end its name in .onnx")
      }
      if random && weights != nil {
        throw ValidationError("--random: leave out --weights, or leave out --random")
      }
    }

    func run() throws {
      let signals = SignalWatch()
      do {
        let request = NetworkCatalog.ExportRequest(
          network: name, weights: weights, isRandom: random, shapes: shapes, output: output,
          replacing: force)
        let report = try NetworkCatalog.export(request, cancellation: signals.cancellation)
        for warning in report.warnings { StandardStreams.tell("avatar: warning: \(warning)\n") }
        if json {
          try JSONOutput.write(report)
        } else {
          try StandardStreams.printLine(output)
        }
      } catch {
        throw signals.interruption ?? error
      }
    }

    private static func shapes(_ text: String) throws -> [String: [Int]] {
      var shapes: [String: [Int]] = [:]
      for part in text.split(separator: ",", omittingEmptySubsequences: false) {
        let sides = part.split(separator: "=", omittingEmptySubsequences: false)
        let sizes = sides.last!.split(separator: "x", omittingEmptySubsequences: false).map {
          Int($0) ?? 0
        }
        guard sides.count == 2, sizes.allSatisfy({ $0 > 0 }) else {
          throw ValidationError("--shapes \(text): write it as latents=1x8x32x32,audio=1x50x384")
        }
        guard shapes.updateValue(sizes, forKey: String(sides[0])) == nil else {
          throw ValidationError("--shapes \(text): name \(sides[0]) once")
        }
      }
      return shapes
    }
  }
}
