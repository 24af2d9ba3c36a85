extension ONNXGraphBuilder {
  mutating func emitConvolution(_ node: Plan.Node, _ geometry: ConvolutionGeometry) {
    let kernel = plan.shapes[node.inputs[1]]
    let padding = geometry.padding
    let inputs = zip(node.inputs, ["constant", "weight", "bias"]).map { operand($0, role: $1) }
    add(
      "Conv", inputs,
      [
        .integers("dilations", [geometry.dilation, geometry.dilation]),
        .integer("group", geometry.groups),
        .integers("kernel_shape", [kernel[2], kernel[3]]),
        .integers("pads", [padding.top, padding.left, padding.bottom, padding.right]),
        .integers("strides", [geometry.stride, geometry.stride]),
      ])
  }

  /// ONNX multiplies with a matrix from the right as it lies, so the weight is written transposed.
  mutating func emitLinear(_ node: Plan.Node) {
    let product = add(
      "MatMul", [operand(node.inputs[0]), weight(node.inputs[1], "weight", .transposed)])
    if node.inputs.count > 2 { add("Add", [product, operand(node.inputs[2], role: "bias")]) }
  }

  mutating func emitMatmul(_ node: Plan.Node, transposed: Bool) {
    let a = operand(node.inputs[0])
    var b = operand(node.inputs[1])
    if transposed {
      let order = plan.shapes[node.inputs[1]].count == 2 ? [1, 0] : [0, 2, 1]
      b = add("Transpose", [b], [.integers("perm", order)])
    }
    add("MatMul", [a, b])
  }

  /// The heads become an axis of their own, [N, heads, L, C / heads], and back.
  mutating func emitAttention(_ node: Plan.Node, heads: Int, scale: Float) {
    let query = splitHeads(node.inputs[0], heads, order: [0, 2, 1, 3])
    let key = splitHeads(node.inputs[1], heads, order: [0, 2, 3, 1])
    let value = splitHeads(node.inputs[2], heads, order: [0, 2, 1, 3])
    let scores = add("Mul", [add("MatMul", [query, key]), number(scale)])
    let weights = add("Softmax", [scores], [.integer("axis", 3)])
    let mixed = add("MatMul", [weights, value])
    let joined = add("Transpose", [mixed], [.integers("perm", [0, 2, 1, 3])])
    add("Reshape", [joined, integers(plan.shapes[node.output])])
  }

  private mutating func splitHeads(_ value: Plan.ValueID, _ heads: Int, order: [Int]) -> String {
    let shape = plan.shapes[value]
    let sizes = integers([shape[0], shape[1], heads, shape[2] / heads])
    let split = add("Reshape", [operand(value), sizes])
    return add("Transpose", [split], [.integers("perm", order)])
  }

  /// Operator set 17 has no group normalisation: that of single channels, on groups as if they were channels.
  mutating func emitGroupNorm(_ node: Plan.Node, groups: Int, epsilon: Float) {
    let shape = plan.shapes[node.inputs[0]]
    let runs = integers([shape[0], groups, shape.elementCount / (shape[0] * groups)])
    let grouped = add("Reshape", [operand(node.inputs[0]), runs])
    let (gains, offsets) = (numbers(1, count: groups), numbers(0, count: groups))
    let normalized = add(
      "InstanceNormalization", [grouped, gains, offsets], [.float("epsilon", epsilon)])
    let picture = add("Reshape", [normalized, integers(shape)])
    let gain = weight(node.inputs[1], "weight", .perChannel)
    let offset = weight(node.inputs[2], "bias", .perChannel)
    add("Add", [add("Mul", [picture, gain]), offset])
  }

  mutating func emitLayerNorm(_ node: Plan.Node, epsilon: Float) {
    let inputs = zip(node.inputs, ["constant", "weight", "bias"]).map { operand($0, role: $1) }
    add("LayerNormalization", inputs, [.integer("axis", -1), .float("epsilon", epsilon)])
  }
}
