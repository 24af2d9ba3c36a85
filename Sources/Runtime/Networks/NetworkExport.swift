import Compute
public import LipSync

extension NetworkCatalog {
  /// One export: which network, with what, for inputs of which shapes.
  public struct ExportRequest: Sendable {
    public var network: String
    /// A published folder or file; nil for mini's networks in the program, or with `isRandom`.
    public var weights: String?
    /// Random weights in the published sizes, the same ones each time.
    public var isRandom: Bool
    /// Shapes of inputs; what is left open is of the size that is published, and a batch is 1.
    public var shapes: [String: [Int]]
    /// The ONNX file to write.
    public var output: String
    public var replacing: Bool

    public init(
      network: String, weights: String?, isRandom: Bool = false, shapes: [String: [Int]] = [:],
      output: String, replacing: Bool = false
    ) {
      self.network = network
      self.weights = weights
      self.isRandom = isRandom
      self.shapes = shapes
      self.output = output
      self.replacing = replacing
    }
  }

  /// Writes a network as an ONNX file for other runtimes.
  ///
  /// Throws `NetworkError`, `WeightsError`, `ComputeError`, `RuntimeError` for the output, and `CancelledError` when
  /// `cancellation` is raised; then nothing is left.
  public static func export(
    _ request: ExportRequest, cancellation: Cancellation
  ) throws -> NetworkExportReport {
    let network = try find(request.network)
    let files = [request.weights].compactMap { $0 }.filter {
      PublishedFolder(around: $0).path != $0
    }
    try OutputPath.check(request.output, force: request.replacing, inputs: files)
    let source = try source(of: network, request)
    let opened = try network.open(source)
    let shapes = try shapes(of: opened.inputs, request.shapes, published: network.publishedSizes)
    let plan = opened.plan(shapes)
    let file = try plan.writeONNX(
      to: request.output, replacing: request.replacing, beforeEachWeight: cancellation.check)
    return NetworkExportReport(
      network: network.name, file: file, signature: plan.signature,
      warnings: source?.warnings ?? [])
  }

  /// Where the weights are; nil for random ones.
  private static func source(
    of network: any CatalogedNetwork, _ request: ExportRequest
  ) throws -> NetworkSource? {
    if request.isRandom {
      guard !network.isEmbedded else { throw NetworkError.notRandom(name: network.name) }
      return nil
    }
    guard let source = source(of: network, request.weights) else {
      throw NetworkError.weightsNeeded(name: network.name)
    }
    return source
  }

  /// The shapes of all inputs: those given, the others such that axes of one name have one size.
  static func shapes(
    of inputs: [TensorSpecification], _ given: [String: [Int]], published: [String: Int]
  ) throws -> [String: [Int]] {
    let names = inputs.map(\.name)
    if let unknown = given.keys.sorted().first(where: { !names.contains($0) }) {
      throw NetworkError.unknownInput(name: unknown, expected: names)
    }
    var sizes: [String: Int] = [:]
    for input in inputs {
      guard let shape = given[input.name] else { continue }
      guard input.matches(shape, sizes: &sizes), shape.isReasonable else {
        throw NetworkError.wantedShape(
          name: input.name, expected: input.shapeText, found: shape)
      }
    }
    sizes.merge(published) { given, _ in given }
    sizes.merge(["B": 1]) { given, _ in given }
    return try Dictionary(
      uniqueKeysWithValues: inputs.map { input in
        guard let shape = given[input.name] ?? input.shape(sizes: sizes) else {
          throw NetworkError.openShape(name: input.name, shape: input.shapeText)
        }
        return (input.name, shape)
      })
  }
}

extension [Int] {
  /// Whether a tensor of this shape has no more elements than the engine counts with.
  fileprivate var isReasonable: Bool {
    var count = 1
    for size in self {
      let (product, overflows) = count.multipliedReportingOverflow(by: size)
      guard !overflows, product <= Int(Int32.max) else { return false }
      count = product
    }
    return true
  }
}

/// What an export wrote.
public struct NetworkExportReport: Sendable, Encodable {
  public let network: String
  public let output: String
  /// The file beside the output that holds the weights; nil where they are inside.
  public let weightsFile: String?
  public let bytes: Int
  public let nodes: Int
  public let operatorSet: Int
  public let formatVersion: Int
  /// Shapes by name.
  public let inputs: [String: [Int]]
  public let outputs: [String: [Int]]
  /// What should be known about the weights; one line each.
  public let warnings: [String]

  init(network: String, file: ONNXFile, signature: PlanSignature, warnings: [String]) {
    func shapes(_ ports: [PlanSignature.Port]) -> [String: [Int]] {
      Dictionary(uniqueKeysWithValues: ports.map { ($0.name, $0.shape) })
    }
    self.network = network
    output = file.path
    weightsFile = file.weightsPath
    bytes = file.byteCount
    nodes = file.nodeCount
    operatorSet = ONNXFile.operatorSet
    formatVersion = ONNXFile.formatVersion
    inputs = shapes(signature.inputs)
    outputs = shapes(signature.outputs)
    self.warnings = warnings
  }

  private enum CodingKeys: String, CodingKey {
    case network, output
    case weightsFile = "weights_file"
    case bytes, nodes
    case operatorSet = "opset"
    case formatVersion = "ir_version"
    case inputs, outputs, warnings
  }
}
