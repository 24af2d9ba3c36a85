public import Diffusion
public import MediaTypes

/// What `avatar generate` is asked for.
public struct GenerateRequest: Sendable {
  /// Whose random numbers a seed means: PyTorch's on the processor, or on an NVIDIA device.
  public enum RandomNumbers: String, Sendable, CaseIterable {
    case cpu, cuda
  }

  /// How long a video is.
  public enum Length: Sendable, Equatable {
    case seconds(Double)
    case frames(Int)

    /// At least one frame, and enough of them for all seconds.
    func frameCount(at rate: Rational) -> Int {
      switch self {
      case .seconds(let seconds): max(Int((seconds * rate.value - 1e-6).rounded(.up)), 1)
      case .frames(let count): count
      }
    }
  }

  /// A PNG for a picture, else a video; its ending tells.
  public var output: String
  /// The folder of a Stable Diffusion 1.x model in diffusers' layout.
  public var base: String?
  /// A single file whose UNet and text encoder take the place of the base's.
  public var checkpoint: String?
  /// A model that makes videos, by name or folder.
  public var model: String?
  /// The file that settings were taken from, or its name; nil: they were all said.
  public var preset: String?
  public var prompt = ""
  /// The parts of a video that is not of one piece, in order; `prompt` then holds for all of them.
  public var shots: [Shot] = []
  public var negativePrompt = ""
  /// The picture to begin with.
  public var image: String?
  /// How much of that picture may change, from 0 to 1, where a picture is made of it; nil: `StillDrawing.usualStrength`.
  public var strength: Double?
  /// Pixels; nil: the picture's, or 512 x 512.
  public var size: (width: Int, height: Int)?
  /// Of a video; nil: as long as its model usually makes one.
  public var length: Length?
  /// Frames per second of a video; nil: its model's usual rate.
  public var rate: Rational?
  /// Whether the video's last frame leads back to its first.
  public var loops = false
  /// The video encoder's constant rate factor.
  public var crf = 18
  /// Steps of denoising; nil: the model's usual number.
  public var steps: Int?
  /// How closely the prompt is followed; nil: as the model usually does.
  public var guidance: Double?
  public var sampler = Sampler.euler
  public var museV = MuseVOptions()
  public var control = ControlOptions()
  public var ipAdapter = IPAdapterOptions()
  public var seed: UInt64 = 0
  public var randomNumbers = RandomNumbers.cpu
  /// A file with the noise to begin with, in the place of the seed's.
  public var noiseFile: String?
  /// 1: all layers of the text encoder; 2: all but the last.
  public var clipSkip = 1
  /// Files of textual inversions; each is known to prompts by its name without ending.
  public var embeddings: [String] = []
  /// Merged into the networks, one after the other.
  public var loras: [LoRAChoice] = []
  /// The folder of another autoencoder than the model's own.
  public var autoencoder: String?
  public var precision = SpeakRequest.Precision.auto
  public var threads: Int?
  /// A PNG or folder for looks at what is being denoised, and an autoencoder for them; nil: by the latents' colours.
  public var preview: String?
  public var previewAutoencoder: String?
  public var provenance = Provenance()
  public var replacesOutput = false
  /// Whether a run that is stopped or fails for a passing reason leaves what it has finished to the next one.
  public var keepsUnfinishedWork = false
  /// Whether what is made is only a step on the way to an output of the same command, which encodes it again.
  var isIntermediate = false

  public init(output: String) { self.output = output }

  /// Whether a picture is asked for, not a video.
  public var isStill: Bool { FilePath.pathExtension(of: output).lowercased() == "png" }

  /// Endings of an output's name.
  public static let outputExtensions = ["png"] + SpeakOptions.outputExtensions

  static let sizeStep = 8
  public static let sizeRange = 16...2048
  public static let stepRange = 1...1000
  public static let guidanceRange = 0.0...100.0
  public static let secondsRange = 0.01...3600.0
  public static let frameRange = 1...100_000

  /// Reads a size such as 512x768, in steps of 8 pixels.
  public static func size(
    _ text: String
  ) throws(SpeakOptions.Complaint) -> (width: Int, height: Int) {
    let parts = text.lowercased().split(separator: "x", omittingEmptySubsequences: false)
    guard parts.count == 2, let width = Int(parts[0]), let height = Int(parts[1]) else {
      throw .init("write it as 512x768")
    }
    guard [width, height].allSatisfy({ sizeRange.contains($0) && $0 % sizeStep == 0 }) else {
      throw .init(
        "use multiples of \(sizeStep) from \(sizeRange.lowerBound) to \(sizeRange.upperBound)")
    }
    return (width, height)
  }
}
