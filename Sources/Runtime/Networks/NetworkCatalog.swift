import Compute
import Weights

/// The networks that can be run alone on given tensors, for comparison with other engines.
public enum NetworkCatalog {
  private static let networks: [any CatalogedNetwork] = [
    MuseTalkUNet(),
    VAEEncoder(),
    VAEDecoder(),
    TAESDEncoder(),
    TAESDDecoder(),
    WhisperTiny(),
    S3FDDetector(),
    BiSeNetParser(),
    DWPose(),
    ArcFace(),
    SyncNetHalf.audio,
    SyncNetHalf.video,
    MuseVUNet.plain,
    MuseVUNet.large,
    MuseVReferenceNet(),
    CLIPVision(),
    ImageProjectionNetwork(),
    ControlNetNetwork(),
    MiniArticulation(),
    MiniLandmarks(),
    MiniPainterFields(),
    MiniMotion(),
  ]

  /// All networks, in a fixed order.
  public static var list: [NetworkSummary] {
    networks.map { NetworkSummary(name: $0.name, summary: $0.summary) }
  }

  /// What the network `name` takes, gives and needs.
  ///
  /// `weights` is a published folder or file; without it, mini's networks are those in the program and others have
  /// their published sizes. Throws `NetworkError` and `WeightsError`.
  public static func describe(_ name: String, weights path: String?) throws -> NetworkDescription {
    let network = try find(name)
    let opened = try network.open(source(of: network, path))
    return NetworkDescription(
      name: network.name, summary: network.summary,
      weights: path ?? (network.isEmbedded ? "mini, in the program" : "published sizes"),
      inputs: opened.inputs, outputs: opened.outputs,
      parameterCount: opened.parameters.reduce(0) { $0 + $1.shape.reduce(1, *) },
      parameters: opened.parameters)
  }

  /// One run: which network, with what, how.
  public struct Request: Sendable {
    public var network: String
    /// A published folder or file; nil for mini's networks in the program.
    public var weights: String?
    /// A safetensors file with the network's inputs.
    public var inputs: String
    /// The safetensors file to write.
    public var outputs: String
    public var replacing: Bool
    /// `fp32`, `bf16` or `auto`.
    public var precision: String
    public var device: NetworkDevice

    public init(
      network: String, weights: String?, inputs: String, outputs: String, replacing: Bool = false,
      precision: String = "fp32", device: NetworkDevice
    ) {
      self.network = network
      self.weights = weights
      self.inputs = inputs
      self.outputs = outputs
      self.replacing = replacing
      self.precision = precision
      self.device = device
    }
  }

  /// Runs a network once and writes its outputs in fp32.
  ///
  /// Throws `NetworkError`, `WeightsError` and `ComputeError`; the output file is complete or not there.
  public static func run(_ request: Request) throws -> NetworkRunReport {
    let network = try find(request.network)
    guard let precision = Precision(rawValue: request.precision) else {
      throw NetworkError.unknownPrecision(request.precision)
    }
    guard let source = source(of: network, request.weights) else {
      throw NetworkError.weightsNeeded(name: network.name)
    }
    try SafetensorsWriter.checkDestination(request.outputs, replacing: request.replacing)
    let opened = try network.open(source)
    let inputFile = try Checkpoint(path: request.inputs)
    let inputs = try readInputs(inputFile, for: opened)
    let plan = opened.plan(inputs.mapValues(\.shape))
    let clock = ContinuousClock()
    let start = clock.now
    let compiled = try request.device.makeDevice().compile(plan, precision: precision)
    let ready = clock.now
    let outputs = try compiled.run(inputs)
    let end = clock.now
    try SafetensorsWriter.write(
      outputs, metadata: ["network": network.name, "precision": compiled.precision.rawValue],
      to: request.outputs, replacing: request.replacing)
    return NetworkRunReport(
      network: network.name, device: request.device.name, precision: compiled.precision.rawValue,
      threads: request.device.threads, outputs: outputs.mapValues(\.shape),
      floatingPointOperations: plan.floatingPointOperations,
      compileSeconds: (ready - start) / .seconds(1), runSeconds: (end - ready) / .seconds(1),
      warnings: source.warnings + inputFile.warnings)
  }

  static func find(_ name: String) throws -> any CatalogedNetwork {
    guard let network = networks.first(where: { $0.name == name }) else {
      throw NetworkError.unknown(name: name, known: networks.map(\.name))
    }
    return network
  }

  static func source(
    of network: any CatalogedNetwork, _ path: String?
  ) -> NetworkSource? {
    path.map(NetworkSource.path) ?? (network.isEmbedded ? .embedded : nil)
  }

  private static func readInputs(
    _ file: Checkpoint, for network: OpenedNetwork
  ) throws -> [String: HostTensor] {
    let names = network.inputs.map(\.name)
    guard file.keys == names.sorted() else {
      throw NetworkError.inputNames(file: file.name, expected: names, found: file.keys)
    }
    var sizes: [String: Int] = [:]
    var tensors: [String: HostTensor] = [:]
    for input in network.inputs {
      let tensor = try file.tensor(input.name)
      guard input.matches(tensor.shape, sizes: &sizes) else {
        throw NetworkError.inputShape(
          file: file.name, name: input.name, expected: input.shapeText, found: tensor.shape)
      }
      tensors[input.name] = tensor
    }
    return tensors
  }
}
