import Compute
import Diffusion
import Media
import MediaTypes
import Weights

/// One of MuseV's models, with the Stable Diffusion that it animates: networks, loaded when they are asked for.
struct MuseVFiles {
  /// The Stable Diffusion whose spatial layers are used.
  let base: String
  /// nil: the base's own.
  let autoencoder: String?
  /// What looks at pictures in the place of the model's own image prompt, or at faces beside it.
  let adapter: ChosenIPAdapter?
  private let places: MuseVPlaces
  private let motion: NetworkSource
  private let spatial: NetworkSource
  private let loras: LoRAStack
  private let singleFile: SingleFileModel?

  /// As the request named it.
  var model: String { places.model }

  /// - Throws: `RuntimeError`: 66 where a folder is not there, 65 where it holds no such model; errors with 69 for a model that is not installed.
  init(_ request: GenerateRequest, model: String) throws {
    adapter = try ChosenIPAdapter(request.ipAdapter)
    places = try MuseVPlaces(model, options: request.museVOptions(beside: adapter))
    guard let base = request.base ?? places.first([places.base]) else {
      throw RuntimeError.usage(
        "--base: is missing: give the Stable Diffusion 1.5 model that MuseV shall animate")
    }
    self.base = base
    autoencoder = request.autoencoder ?? places.first([places.autoencoder])
    motion = .path(places.unet)
    spatial = .path("\(base)/unet")
    loras = try LoRAStack(request.loras)
    singleFile = try request.checkpoint.map { try SingleFileModel(Checkpoint(path: $0)) }
    try adapter?.checkNetworks(usualEncoder: usualEncoder)
  }

  /// What should be known about the weights that were read so far; one line each.
  var warnings: [String] { (motion.warnings + spatial.warnings).sorted() }

  /// MuseV's UNet with the base's spatial layers in it.
  func unet() throws -> UNet3DCondition {
    let (motion, configuration) = (try motionCheckpoint(), try configuration())
    try checkFit(configuration.spatial)
    var uppers = [
      try singleFile?.unet(configuration.spatial)
        ?? spatial.checkpoint(["diffusion_pytorch_model.safetensors"], embedded: nil)
    ]
    if let adapter = adapter?.adapter {
      uppers.insert(
        try adapter.attentions(of: configuration.spatial, asFace: adapter.isFaceID), at: 0)
    }
    if configuration.variant == .referenceNet, imageAdapter == nil,
      let adapter = try UNet3DCondition.imageAdapter(
        of: imageProjectionCheckpoint(), configuration: configuration)
    {
      uppers.insert(adapter, at: 0)
    }
    let weights = try loras.merged(into: .layered(uppers, over: motion), .unet)
    let network = try UNet3DCondition(weights, configuration: configuration)
    try weights.requireAllConsumed(ignoring: UNet3DCondition.ignoredKeys)
    return network
  }

  /// The motion model's own; its variant tells whether it takes references, and an image prompt without an IP-Adapter.
  func configuration() throws -> UNet3DConfiguration {
    var configuration = try UNet3DConfiguration(
      motion.configuration(["config.json"], embedded: nil),
      variant: .init(of: motionCheckpoint().weights))
    if imageAdapter != nil { configuration.takesImage = true }
    configuration.takesFace = adapter?.adapter.isFaceID ?? false
    return configuration
  }

  private func motionCheckpoint() throws -> Checkpoint {
    try motion.checkpoint(["diffusion_pytorch_model.safetensors"], embedded: nil)
  }

  private func checkFit(_ motion: UNetConfiguration) throws {
    let own = try UNetConfiguration(spatial.configuration(["config.json"], embedded: nil))
    guard own.blockOutputChannels == motion.blockOutputChannels,
      own.crossAttentionWidth == motion.crossAttentionWidth,
      own.inputChannels == motion.inputChannels
    else {
      throw RuntimeError.badInput(
        "--base \(base): its unet has \(own.blockOutputChannels) channels, takes "
          + "\(own.inputChannels) and attends to \(own.crossAttentionWidth); --model \(model) needs "
          + "\(motion.blockOutputChannels), \(motion.inputChannels) and \(motion.crossAttentionWidth)"
          + ": give a Stable Diffusion 1.5 model")
    }
  }

  private func imageProjectionCheckpoint() throws -> Checkpoint {
    try Checkpoint(path: places.imageProjection())
  }

  /// The adapter if it looks at pictures.
  private var imageAdapter: ChosenIPAdapter? {
    adapter.flatMap { $0.adapter.isFaceID ? nil : $0 }
  }

  /// What is seen in `picture`, by the IP-Adapter or by the model's own image prompt, which counts `scale`.
  func imagePrompt(
    of picture: RGBPicture, scale: Double, device: any Device, precision: Precision
  ) throws -> PicturePrompt {
    let projection = try imageAdapter?.adapter.projection ?? .embedding(imageProjection())
    let origin = imageAdapter?.origin ?? "--model \(model)"
    try check(projection, origin)
    if let adapter = imageAdapter {
      return try adapter.prompt(
        of: .picture(picture), usualEncoder: usualEncoder, device: device, precision: precision)
    }
    return try PicturePrompt(
      projection, of: picture, by: imageEncoder(), origin: origin, scale: scale, device: device,
      precision: precision)
  }

  /// What a FaceID sees in `look`.
  func facePrompt(
    of look: ChosenIPAdapter.Look, by adapter: ChosenIPAdapter, device: any Device,
    precision: Precision
  ) throws -> PicturePrompt {
    try check(adapter.adapter.projection, adapter.origin)
    return try adapter.prompt(
      of: look, usualEncoder: usualEncoder, device: device, precision: precision)
  }

  private func check(_ projection: IPAdapter.Projection, _ origin: String) throws {
    let width = try configuration().spatial.contextWidth
    guard projection.channels == width else {
      throw RuntimeError.badInput(
        "\(origin): its image prompt has tokens of \(projection.channels) values, the unet takes "
          + "\(width): take both from one model")
    }
  }

  private func imageProjection() throws -> ImageProjection {
    let weights = try imageProjectionCheckpoint().weights["image_proj"]
    let network = try ImageProjection(weights)
    try weights.requireAllConsumed()
    return network
  }

  /// Where the model's own picture encoder lies, if it does.
  var usualEncoder: String? { try? places.imageEncoder() }

  private func imageEncoder() throws -> CLIPVisionEncoder {
    try NetworkSource.path(places.imageEncoder()).clipVision().encoder
  }

  func referenceNet() throws -> ReferenceNet2D {
    let source = NetworkSource.path(try places.referenceNet())
    let weights = try source.diffusersWeights()
    let network = try ReferenceNet2D(
      weights,
      configuration: ReferenceNet2D.configuration(
        source.configuration(["config.json"], embedded: nil)))
    try weights.requireAllConsumed(ignoring: ReferenceNet2D.ignoredKeys)
    return network
  }
}
