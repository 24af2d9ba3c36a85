import ArgumentParser
import Runtime

/// What an image prompt is made by.
struct IPAdapterArguments: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "An IP-Adapter, IP-Adapter-Plus or IP-Adapter-FaceID for Stable Diffusion 1.x, a file or an installed model: pictures and videos are made after another picture, or its face, too.",
      valueName: "file|name"))
  var ipAdapter: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "The picture that the IP-Adapter looks at (default in videos: the first frame), or a face's embedding.",
      valueName: "file"))
  var ipAdapterImage: String?

  @Option(
    name: .long,
    help: ArgumentHelp("How much that picture counts.", valueName: "number"))
  var ipAdapterScale = 1.0

  @Option(
    name: .long,
    help: ArgumentHelp(
      "insightface's w600k_r50.onnx, by which a FaceID knows faces (default: the one beside it).",
      valueName: "file"))
  var faceNetwork: String?

  func validate() throws {
    guard IPAdapterOptions.scaleRange.contains(ipAdapterScale) else {
      throw ValidationError("--ip-adapter-scale \(ipAdapterScale): use 0 to 10")
    }
  }

  /// The options, but the picture encoder, which other arguments name.
  func apply(to options: inout IPAdapterOptions) {
    (options.adapter, options.picture) = (ipAdapter, ipAdapterImage)
    (options.scale, options.faceNetwork) = (ipAdapterScale, faceNetwork)
  }
}
