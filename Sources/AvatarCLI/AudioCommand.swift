import ArgumentParser
import Foundation
import MediaTypes
import Runtime

/// `avatar audio`: what the program hears.
struct AudioCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audio",
    abstract: "Write down what the program hears in a sound file.",
    discussion: """
      Examples:
        avatar audio mel --audio voice.wav -o mel.safetensors
        avatar audio articulation --audio voice.wav --fps 25
        avatar audio articulation --audio song.mp3 -o song.json
      """,
    subcommands: [Mel.self, Articulate.self])

  private static func warn(_ report: AudioExport.Report) {
    for warning in report.warnings {
      StandardStreams.tell("avatar: warning: \(warning)\n")
    }
  }
}

extension AudioCommand {
  /// `avatar audio mel`.
  struct Mel: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write Whisper's log-mel spectrogram, as its feature extractor gives it.",
      discussion: """
        The safetensors file holds `mel` [blocks, 80, 3000]: one block for every 30 seconds.

        Example:
          avatar audio mel --audio voice.wav -o mel.safetensors
        """)

    @Option(name: .long, help: ArgumentHelp("The sound to read.", valueName: "file"))
    var audio: String

    @Option(
      name: [.customShort("o"), .long],
      help: ArgumentHelp("The safetensors file to write.", valueName: "file"))
    var output: String

    @Flag(name: .long, help: "Replace an existing output.")
    var force = false

    func validate() throws {
      if output.isEmpty { throw ValidationError("-o: name a file") }
    }

    func run() throws {
      warn(try AudioExport.mel(audio: audio, output: output, replacing: force))
    }
  }

  /// `avatar audio articulation`.
  struct Articulate: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "articulation",
      abstract:
        "Write what the mouth does: jaw, width, rounding, lips, teeth and tongue over time.",
      usage: "avatar audio articulation --audio <file> [<options>]",
      discussion: """
        One row every 20 ms, or with --fps one for each video frame; `time` is the row's middle \
        in seconds. width lies in [-1, 1], the others in [0, 1]; all zeros are a closed, neutral mouth.

        Examples:
          avatar audio articulation --audio voice.wav
          avatar audio articulation --audio voice.wav --fps 30000/1001 -o voice.csv
          avatar audio articulation --audio voice.wav -o voice.json
          avatar audio articulation --audio song.mp3 --gate auto
        """)

    @Option(name: .long, help: ArgumentHelp("The sound to read.", valueName: "file"))
    var audio: String

    @Option(
      name: [.customShort("o"), .long],
      help: ArgumentHelp(
        "The .csv or .json file to write (default: CSV on stdout).", valueName: "file"))
    var output: String?

    @Option(
      name: .long,
      help: ArgumentHelp("Rows per second, as 25 or 30000/1001 (default: 50).", valueName: "rate"),
      transform: Self.rate)
    var fps: Rational?

    @Option(
      name: .long,
      help: ArgumentHelp(
        "A folder in mini's layout (default: the built-in mini).", valueName: "folder"))
    var model: String?

    @Option(
      name: .long,
      help: ArgumentHelp(
        "auto closes the mouth where nobody speaks or sings, as speak does; off shows what is heard.",
        valueName: "auto|off"))
    var gate = SpeakRequest.Gate.off

    @Flag(name: .long, help: "Replace an existing output.")
    var force = false

    @Flag(name: .long, help: "Print JSON instead of CSV.")
    var json = false

    private var format: AudioExport.Format? {
      guard let output, !json else { return json ? .json : .csv }
      return AudioExport.Format(rawValue: FilePath.pathExtension(of: output).lowercased())
    }

    func validate() throws {
      if format == nil {
        throw ValidationError("-o \(output ?? ""): name a file that ends in .csv or .json")
      }
    }

    func run() throws {
      let report = try AudioExport.articulation(
        audio: audio, isGated: gate == .auto, rate: fps, model: model == "mini" ? nil : model,
        format: format ?? .csv,
        output: output, replacing: force
      ) { try StandardStreams.write(Data($0.utf8)) }
      warn(report)
    }

    private static func rate(_ text: String) throws -> Rational {
      guard let rate = Rational(parsing: text), rate >= Rational(1), rate <= Rational(1000) else {
        throw ValidationError("--fps \(text): write it as 25, 29.97 or 30000/1001")
      }
      return rate
    }
  }
}
