import CKernels

extension ProgramBuilder {
  /// Adds the steps of one operation.
  mutating func emit(
    _ operation: Operation, scratch: UnsafeMutableRawPointer
  ) throws(ComputeError) {
    switch operation.kind {
    case .roundToBF16: try emitMap(operation, nil)
    case .gate(let activation): try emitGate(operation, activation)
    case .plain(let kind): try emit(operation, kind, scratch: scratch)
    }
  }

  private mutating func emit(
    _ operation: Operation, _ kind: Operator, scratch: UnsafeMutableRawPointer
  ) throws(ComputeError) {
    switch kind {
    case .convolution(let geometry):
      if graph.isDepthwise(operation, geometry) {
        try emitDepthwise(operation, geometry)
      } else if let layout = WinogradLayout(operation, graph, functions) {
        try emitWinograd(operation, geometry, layout, scratch: scratch)
      } else {
        try emitConvolution(operation, geometry)
      }
    case .linear: try emitLinear(operation)
    case .matmul(let transposed):
      try emitMatmul(operation, transposed: transposed, scratch: scratch)
    case .attention(let heads, let scale):
      try emitAttention(operation, heads: heads, scale: scale, scratch: scratch)
    case .groupNorm(let groups, let epsilon):
      try emitGroupNorm(operation, groups: groups, epsilon: epsilon, scratch: scratch)
    case .layerNorm(let epsilon): try emitRows(operation, functions.layer_norm, epsilon: epsilon)
    case .softmax: try emitRows(operation, functions.softmax, epsilon: 0)
    case .length: try emitRows(operation, functions.length, epsilon: 0)
    case .activation, .affine, .clamp: try emitMap(operation, kind)
    case .arithmetic(let arithmetic): try emitArithmetic(operation, arithmetic)
    case .resizeBilinear(let alignCorners):
      try emitResize(operation, alignCorners: alignCorners)
    case .gridSample(let alignCorners):
      try emitGridSample(operation, alignCorners: alignCorners)
    case .pool(let geometry): try emitPool(operation, geometry)
    case .globalAveragePool: try emitGlobalAverage(operation)
    default: try emitArrangement(operation, kind)
    }
  }

  /// Memory that an operation needs only while it runs.
  static func scratchByteCount(
    _ operation: Operation, _ graph: FusedGraph, _ functions: CKernels_functions,
    _ threadCount: Int
  ) -> Int {
    guard case .plain(let kind) = operation.kind else { return 0 }
    let shape = graph.shapes[operation.inputs[0]]
    switch kind {
    case .convolution:
      return WinogradLayout(operation, graph, functions)?.scratchByteCount(threads: threadCount)
        ?? 0
    case .groupNorm:
      let chunks = normalizationChunks(pixels: shape[2] * shape[3])
      return shape[0] * chunks.count * 2 * shape[1] * 4
    case .attention(let heads, _):
      return AttentionLayout(operation, graph, functions, heads: heads).scratchByteCount(
        threads: threadCount)
    case .matmul:
      let columns = graph.shapes[operation.output].last!
      return threadCount * Int(functions.packed_count(Int64(columns), Int64(shape.last!))) * 4
    default: return 0
    }
  }
}
