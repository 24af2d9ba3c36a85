extension ONNXGraphBuilder {
  mutating func emitUpsampling(_ node: Plan.Node, factor: Int) {
    add(
      "Resize", [operand(node.inputs[0]), "", "", integers(plan.shapes[node.output])],
      [
        .text("coordinate_transformation_mode", "asymmetric"), .text("mode", "nearest"),
        .text("nearest_mode", "floor"),
      ])
  }

  mutating func emitResize(_ node: Plan.Node, alignCorners: Bool) {
    let mode = alignCorners ? "align_corners" : "half_pixel"
    add(
      "Resize", [operand(node.inputs[0]), "", "", integers(plan.shapes[node.output])],
      [.text("coordinate_transformation_mode", mode), .text("mode", "linear")])
  }

  /// Mode CRD takes channels in PyTorch's order: the channel of the result first, then the pixel's place.
  mutating func emitPixelShuffle(_ node: Plan.Node, factor: Int) {
    add(
      "DepthToSpace", [operand(node.inputs[0])],
      [.integer("blocksize", factor), .text("mode", "CRD")])
  }

  /// ONNX's SpaceToDepth puts the pixel's place before the channel, so the axes are moved one by one.
  mutating func emitPixelUnshuffle(_ node: Plan.Node, factor: Int) {
    let (input, output) = (plan.shapes[node.inputs[0]], plan.shapes[node.output])
    let sizes = integers([input[0], input[1], output[2], factor, output[3], factor])
    let squares = add("Reshape", [operand(node.inputs[0]), sizes])
    let moved = add("Transpose", [squares], [.integers("perm", [0, 1, 3, 5, 2, 4])])
    add("Reshape", [moved, integers(output)])
  }

  mutating func emitPool(_ node: Plan.Node, _ geometry: PoolGeometry) {
    var attributes: [ONNXGraph.Attribute] = [
      .integers("kernel_shape", [geometry.kernel, geometry.kernel]),
      .integers("pads", Array(repeating: geometry.padding, count: 4)),
      .integers("strides", [geometry.stride, geometry.stride]),
    ]
    switch geometry.kind {
    case .maximum: add("MaxPool", [operand(node.inputs[0])], attributes)
    case .average:
      attributes.insert(.integer("count_include_pad", 1), at: 0)
      add("AveragePool", [operand(node.inputs[0])], attributes)
    }
  }

  /// ONNX's grid has its two coordinates last.
  mutating func emitGridSample(_ node: Plan.Node, alignCorners: Bool) {
    let x = operand(node.inputs[0])
    let grid = add(
      "Transpose", [operand(node.inputs[1])], [.integers("perm", [0, 2, 3, 1])])
    add(
      "GridSample", [x, grid],
      [
        .integer("align_corners", alignCorners ? 1 : 0), .text("mode", "bilinear"),
        .text("padding_mode", "border"),
      ])
  }
}
