extension ONNXGraphBuilder {
  /// Adds what computes `node`, at least one of ONNX's nodes; the last one makes the value.
  mutating func emit(_ node: Plan.Node) {
    switch node.kind {
    case .convolution(let geometry): emitConvolution(node, geometry)
    case .linear: emitLinear(node)
    case .matmul(let transposed): emitMatmul(node, transposed: transposed)
    case .attention(let heads, let scale): emitAttention(node, heads: heads, scale: scale)
    case .groupNorm(let groups, let epsilon):
      emitGroupNorm(node, groups: groups, epsilon: epsilon)
    case .layerNorm(let epsilon): emitLayerNorm(node, epsilon: epsilon)
    case .activation(let activation): emitActivation(operand(node.inputs[0]), activation)
    case .arithmetic(let arithmetic): emitArithmetic(node, arithmetic)
    case .affine(let scale, let shift):
      emitAffine(operand(node.inputs[0]), scale: scale, shift: shift)
    case .clamp(let lower, let upper): emitClamp(node, lower...upper)
    case .concatenate(let axis): add("Concat", operands(node), [.integer("axis", axis)])
    case .slice(let axis, let start): emitSlice(node, axis: axis, start: start)
    case .reshape: add("Reshape", [operand(node.inputs[0]), integers(plan.shapes[node.output])])
    case .permute(let order):
      add("Transpose", [operand(node.inputs[0])], [.integers("perm", order)])
    case .tokens: emitTokens(node)
    case .spatial: emitSpatial(node)
    case .upsampleNearest(let factor): emitUpsampling(node, factor: factor)
    case .resizeBilinear(let alignCorners): emitResize(node, alignCorners: alignCorners)
    case .pixelShuffle(let factor): emitPixelShuffle(node, factor: factor)
    case .pixelUnshuffle(let factor): emitPixelUnshuffle(node, factor: factor)
    case .softmax(let axis): add("Softmax", operands(node), [.integer("axis", axis)])
    case .length: emitLength(node)
    case .pool(let geometry): emitPool(node, geometry)
    case .globalAveragePool: add("GlobalAveragePool", operands(node))
    case .gridSample(let alignCorners): emitGridSample(node, alignCorners: alignCorners)
    }
  }

  private mutating func operands(_ node: Plan.Node) -> [String] { node.inputs.map { operand($0) } }

  private mutating func emitActivation(_ x: String, _ activation: Activation) {
    switch activation {
    case .silu: add("Mul", [x, add("Sigmoid", [x])])
    case .gelu:
      let share = add("Erf", [add("Mul", [x, number(Float(0.5).squareRoot())])])
      let doubled = add("Mul", [x, add("Add", [share, number(1)])])
      add("Mul", [doubled, number(0.5)])
    case .relu: add("Relu", [x])
    case .sigmoid: add("Sigmoid", [x])
    case .tanh: add("Tanh", [x])
    case .hardSigmoid: add("HardSigmoid", [x], [.float("alpha", 1 / 6), .float("beta", 0.5)])
    }
  }

  private mutating func emitArithmetic(_ node: Plan.Node, _ arithmetic: Arithmetic) {
    let type =
      switch arithmetic {
      case .add: "Add"
      case .subtract: "Sub"
      case .multiply: "Mul"
      case .divide: "Div"
      case .maximum: "Max"
      }
    add(type, operands(node))
  }

  private mutating func emitAffine(_ x: String, scale: Float, shift: Float) {
    let scaled = scale == 1 ? x : add("Mul", [x, number(scale)])
    if shift != 0 {
      add("Add", [scaled, number(shift)])
    } else if scale == 1 {
      add("Identity", [x])
    }
  }

  /// An empty name stands for a limit that is not there.
  private mutating func emitClamp(_ node: Plan.Node, _ range: ClosedRange<Float>) {
    let lower = range.lowerBound == -.infinity ? "" : number(range.lowerBound)
    let upper = range.upperBound == .infinity ? [] : [number(range.upperBound)]
    add("Clip", [operand(node.inputs[0]), lower] + upper)
  }

  private mutating func emitSlice(_ node: Plan.Node, axis: Int, start: Int) {
    let end = start + plan.shapes[node.output][axis]
    add(
      "Slice", [operand(node.inputs[0]), integers([start]), integers([end]), integers([axis])])
  }

  private mutating func emitTokens(_ node: Plan.Node) {
    let shape = plan.shapes[node.output]
    let flat = integers([shape[0], shape[2], shape[1]])
    let pixels = add("Reshape", [operand(node.inputs[0]), flat])
    add("Transpose", [pixels], [.integers("perm", [0, 2, 1])])
  }

  private mutating func emitSpatial(_ node: Plan.Node) {
    let x = operand(node.inputs[0])
    let channels = add("Transpose", [x], [.integers("perm", [0, 2, 1])])
    add("Reshape", [channels, integers(plan.shapes[node.output])])
  }

  private mutating func emitLength(_ node: Plan.Node) {
    let rank = plan.shapes[node.inputs[0]].count
    let axis = rank == 4 ? 1 : rank - 1
    add("ReduceL2", operands(node), [.integers("axes", [axis]), .integer("keepdims", 1)])
  }
}
