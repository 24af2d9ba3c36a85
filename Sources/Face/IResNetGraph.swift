import Weights

/// Finds an IResNet's weights in an ONNX network by what is done with them: exporters give them numbers for names.
///
/// From the network's input on, the one operation that comes next is taken, as in `iresnet.py`: `Conv`, perhaps `BatchNormalization` (else
/// it was folded into the convolution), `PRelu`; then blocks of `BatchNormalization`, `Conv`, `PRelu`, `Conv` and an `Add` of the block's
/// input, through another `Conv` where a layer begins; at last `BatchNormalization`, `Flatten`, `Gemm` and perhaps `BatchNormalization`.
/// `Identity` and `Dropout` are passed over. An operation that is left, another one, or one with other numbers, is an error.
struct IResNetGraph {
  private let network: ONNXNetwork
  /// Operations that take a tensor first, by its name.
  private var takers: [String: [Int]] = [:]
  /// The one operation that makes a tensor, by its name.
  private var makers: [String: Int] = [:]
  private var taken: Set<Int> = []
  /// The network's weights by upstream's names for them.
  private var names: [String: String] = [:]

  /// The weights of an IResNet under the names of insightface's own checkpoints.
  ///
  /// - Throws: `WeightsError.malformed` for another network.
  static func checkpoint(of network: ONNXNetwork) throws(WeightsError) -> Checkpoint {
    var graph = try Self(network)
    try graph.follow()
    return try network.checkpoint(graph.names)
  }

  private init(_ network: ONNXNetwork) throws(WeightsError) {
    self.network = network
    for (index, node) in network.nodes.enumerated() {
      for input in Set(node.inputs) where !input.isEmpty {
        takers[input, default: []].append(index)
      }
      for output in node.outputs
      where !output.isEmpty && makers.updateValue(index, forKey: output) != nil {
        throw unexpected("\"\(output)\" is made twice in it")
      }
    }
  }

  private func unexpected(_ reason: String) -> WeightsError {
    .malformed(
      file: network.name,
      reason:
        "it is no IResNet as insightface's face networks are, \(reason): use w600k_r50.onnx of "
        + "its buffalo_l")
  }

  private mutating func follow() throws(WeightsError) {
    guard network.inputs.count == 1, network.outputs.count == 1 else {
      throw unexpected("it has \(network.inputs.count) inputs and \(network.outputs.count) outputs")
    }
    var x = try convolution(
      network.inputs[0], "conv1", norm: "bn1", kernel: 3, strides: [1])
    x = try slope(x, "prelu")
    var (layer, index) = (0, 0)
    while true {
      let normed = try normalization(x, nil)
      guard taker(of: normed.output, "Flatten") == nil else {
        name(normed.node, "bn2")
        x = normed.output
        break
      }
      if taker(of: x, "Conv") != nil { (layer, index) = (layer + 1, 0) }
      let block = "layer\(layer).\(index)"
      name(normed.node, "\(block).bn1")
      x = try self.block(x, normed.output, block, halves: index == 0)
      index += 1
    }
    try finish(x)
  }

  /// From a block's normed input to its output.
  private mutating func block(
    _ input: String, _ normed: String, _ block: String, halves: Bool
  ) throws(WeightsError) -> String {
    let strides = halves ? 2 : 1
    var x = try convolution(normed, "\(block).conv1", norm: "\(block).bn2", kernel: 3, strides: [1])
    x = try slope(x, "\(block).prelu")
    x = try convolution(x, "\(block).conv2", norm: "\(block).bn3", kernel: 3, strides: [strides])
    var other = input
    if halves {
      other = try convolution(
        input, "\(block).downsample.0", norm: "\(block).downsample.1", kernel: 1,
        strides: [strides])
    }
    let sum = try take("Add", of: x)
    guard Set(sum.inputs) == [x, other], x != other else {
      throw unexpected("\"\(block)\" adds something else than its input")
    }
    return output(sum)
  }

  private mutating func finish(_ features: String) throws(WeightsError) {
    let flat = try take("Flatten", of: features)
    guard flat.integers["axis"] ?? [1] == [1] else { throw unexpected("it flattens otherwise") }
    let product = try take("Gemm", of: output(flat))
    guard product.inputs.count == 3, product.integers["transB"] == [1],
      product.integers["transA"] ?? [0] == [0],
      ["alpha", "beta"].allSatisfy({ product.numbers[$0] ?? 1 == 1 })
    else { throw unexpected("its \"Gemm\" is another product") }
    names["fc.weight"] = weight(product.inputs[1])
    names["fc.bias"] = weight(product.inputs[2])
    var x = output(product)
    if taker(of: x, "BatchNormalization") != nil {
      let last = try normalization(x, "features")
      x = last.output
    }
    guard x == network.outputs[0] else { throw unexpected("its end is not its output") }
    let left = network.nodes.indices.first { !taken.contains($0) }
    if let left { throw unexpected("it has a \"\(network.nodes[left].kind)\" more") }
  }

  private mutating func convolution(
    _ input: String, _ name: String, norm: String, kernel: Int, strides: [Int]
  ) throws(WeightsError) -> String {
    let node = try take("Conv", of: input)
    let pair = { (value: Int) in [value, value] }
    let padding = kernel / 2
    guard (2...3).contains(node.inputs.count), node.integers["group"] ?? [1] == [1],
      node.integers["kernel_shape"] ?? pair(kernel) == pair(kernel),
      node.integers["strides"] ?? pair(1) == pair(strides[0]),
      node.integers["dilations"] ?? pair(1) == pair(1),
      node.integers["pads"] ?? [0, 0, 0, 0] == [Int](repeating: padding, count: 4)
    else { throw unexpected("\"\(name)\" is another convolution") }
    names["\(name).weight"] = weight(node.inputs[1])
    if node.inputs.count == 3 { names["\(name).bias"] = weight(node.inputs[2]) }
    let x = output(node)
    guard taker(of: x, "BatchNormalization") != nil else {
      guard node.inputs.count == 3 else { throw unexpected("\"\(name)\" is not normalised") }
      return x
    }
    guard node.inputs.count == 2 else { throw unexpected("\"\(name)\" is normalised twice") }
    let normed = try normalization(x, norm)
    return normed.output
  }

  private mutating func slope(_ input: String, _ name: String) throws(WeightsError) -> String {
    let node = try take("PRelu", of: input)
    guard node.inputs.count == 2 else { throw unexpected("\"\(name)\" has no slopes") }
    names["\(name).weight"] = weight(node.inputs[1], through: ["Identity", "Unsqueeze"])
    return output(node)
  }

  /// Takes a normalisation; without a name for it, the caller gives it one.
  private mutating func normalization(
    _ input: String, _ name: String?
  ) throws(WeightsError) -> (node: ONNXNode, output: String) {
    let node = try take("BatchNormalization", of: input)
    guard node.inputs.count == 5, abs((node.numbers["epsilon"] ?? 1e-5) - 1e-5) < 1e-8 else {
      throw unexpected("a normalisation in it is another")
    }
    if let name { self.name(node, name) }
    return (node, output(node))
  }

  private mutating func name(_ norm: ONNXNode, _ name: String) {
    let parts = ["weight", "bias", "running_mean", "running_var"]
    for (part, input) in zip(parts, norm.inputs.dropFirst()) {
      names["\(name).\(part)"] = weight(input)
    }
  }

  /// The one operation left of this kind that takes `tensor` first, or anywhere if it is a sum.
  private func taker(of tensor: String, _ kind: String) -> Int? {
    takers[tensor]?.first { index in
      let node = network.nodes[index]
      return node.kind == kind && !taken.contains(index)
        && (kind == "Add" || node.inputs.first == tensor)
    }
  }

  private mutating func take(_ kind: String, of tensor: String) throws(WeightsError) -> ONNXNode {
    guard let index = taker(of: tensor, kind) else {
      throw unexpected("no \"\(kind)\" follows \"\(tensor)\"")
    }
    taken.insert(index)
    return network.nodes[index]
  }

  /// The name of what an operation makes, after what passes it on as it is.
  private mutating func output(_ node: ONNXNode) -> String {
    var name = node.outputs.first ?? ""
    while let index = taker(of: name, "Identity") ?? taker(of: name, "Dropout") {
      taken.insert(index)
      name = network.nodes[index].outputs.first ?? ""
    }
    return name
  }

  /// The name of a weight, before what passes it on as it is: exporters save equal weights once.
  ///
  /// Slopes may be spread over the picture's axes there.
  private mutating func weight(
    _ input: String, through kinds: Set<String> = ["Identity"]
  ) -> String {
    var name = input
    // Each is passed once, so that a ring of them has an end.
    while network.shape(name) == nil, let index = makers[name],
      kinds.contains(network.nodes[index].kind), taken.insert(index).inserted,
      let source = network.nodes[index].inputs.first
    {
      name = source
    }
    return name
  }
}
