/// Computes plans with plain loops, one operator at a time, in fp32: the oracle for other devices.
///
/// Convolutions and matrix products go through OpenBLAS on one thread.
public struct ReferenceDevice: Device {
  public init() {}

  public func compile(
    _ plan: Plan, precision: Precision
  ) throws(ComputeError) -> any CompiledPlan {
    if precision == .bf16 {
      throw .unsupported(plan: plan.name, what: "the reference device knows fp32 only")
    }
    var constants: [Int: HostTensor] = [:]
    for (value, constant) in plan.constants {
      constants[value] = try constant.hostTensor(plan: plan.name)
    }
    return ReferencePlan(plan: plan, constants: constants)
  }
}

private struct ReferencePlan: CompiledPlan {
  let plan: Plan
  let constants: [Int: HostTensor]
  let precision = Precision.fp32
  var signature: PlanSignature { plan.signature }

  func run(_ inputs: [HostTensor], into outputs: inout [HostTensor]) throws(ComputeError) {
    try signature.check(inputs, outputs)
    var values = constants
    for (value, tensor) in zip(plan.inputs, inputs) { values[value] = tensor }
    var lastUse: [Int: Int] = [:]
    for (index, node) in plan.nodes.enumerated() {
      for input in node.inputs { lastUse[input] = index }
    }
    let kept = Set(plan.outputs)
    for (index, node) in plan.nodes.enumerated() {
      values[node.output] = Reference.evaluate(
        node.kind, node.inputs.map { values[$0]! }, shape: plan.shapes[node.output])
      for input in node.inputs where lastUse[input] == index && !kept.contains(input) {
        values[input] = nil
      }
    }
    for (index, value) in plan.outputs.enumerated() { outputs[index] = values[value]! }
  }
}

/// The plain definition of every operator on row-major tensors.
enum Reference {
  /// The result, of the given shape, of `kind` applied to `inputs`.
  static func evaluate(_ kind: Operator, _ inputs: [HostTensor], shape: [Int]) -> HostTensor {
    let x = inputs[0]
    switch kind {
    case .convolution(let geometry):
      return convolution(x, inputs[1], bias: inputs.dropFirst(2).first, geometry, shape: shape)
    case .linear: return linear(x, inputs[1], bias: inputs.dropFirst(2).first, shape: shape)
    case .matmul(let transposed): return matmul(x, inputs[1], transposed: transposed, shape: shape)
    case .attention(let heads, let scale):
      return attention(x, inputs[1], inputs[2], heads: heads, scale: scale, shape: shape)
    case .groupNorm(let groups, let epsilon):
      return groupNorm(x, inputs[1], inputs[2], groups: groups, epsilon: epsilon)
    case .layerNorm(let epsilon): return layerNorm(x, inputs[1], inputs[2], epsilon: epsilon)
    case .activation(let activation): return map(x, activation.function)
    case .arithmetic(let operation):
      return broadcast(x, inputs[1], shape: shape, operation.function)
    case .affine(let scale, let shift): return map(x) { $0 * scale + shift }
    case .clamp(let lower, let upper): return map(x) { min(max($0, lower), upper) }
    case .concatenate(let axis): return concatenate(inputs, axis: axis, shape: shape)
    case .slice(let axis, let start): return slice(x, axis: axis, start: start, shape: shape)
    case .reshape: return HostTensor(shape: shape, values: x.values)
    case .permute(let order): return permute(x, order, shape: shape)
    case .tokens:
      let folded = HostTensor(shape: [shape[0], shape[2], shape[1]], values: x.values)
      return permute(folded, [0, 2, 1], shape: shape)
    case .spatial:
      let unfolded = permute(x, [0, 2, 1], shape: [shape[0], shape[1], x.shape[1]])
      return HostTensor(shape: shape, values: unfolded.values)
    case .softmax(let axis): return softmax(x, axis: axis)
    case .length: return length(x, shape: shape)
    default: return evaluatePicture(kind, inputs, shape: shape)
    }
  }

  private static func evaluatePicture(
    _ kind: Operator, _ inputs: [HostTensor], shape: [Int]
  ) -> HostTensor {
    let x = inputs[0]
    switch kind {
    case .upsampleNearest(let factor): return upsampleNearest(x, factor: factor, shape: shape)
    case .resizeBilinear(let alignCorners):
      return resizeBilinear(x, alignCorners: alignCorners, shape: shape)
    case .pixelShuffle(let factor): return pixelShuffle(x, factor: factor, shape: shape)
    case .pixelUnshuffle(let factor): return pixelUnshuffle(x, factor: factor, shape: shape)
    case .pool(let geometry): return pool(x, geometry, shape: shape)
    case .globalAveragePool: return globalAveragePool(x, shape: shape)
    case .gridSample(let alignCorners):
      return gridSample(x, inputs[1], alignCorners: alignCorners, shape: shape)
    default: preconditionFailure("\(kind.name) has a plain definition elsewhere")
    }
  }

  /// Fills a tensor by calling `value` with each position in row-major order.
  static func generate(_ shape: [Int], _ value: (Int) -> Float) -> HostTensor {
    let values = [Float](unsafeUninitializedCapacity: shape.elementCount) { buffer, count in
      count = shape.elementCount
      for index in 0..<count { buffer[index] = value(index) }
    }
    return HostTensor(shape: shape, values: values)
  }
}
