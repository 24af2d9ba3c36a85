import CKernels

extension ProgramBuilder {
  mutating func emitLinear(_ operation: Operation) throws(ComputeError) {
    let weight = try graph.constantTensor(operation.inputs[1])
    let rows = graph.shapes[operation.inputs[0]].dropLast().reduce(1, *)
    let isRounded = graph.readsRoundedFactor(operation)
    let filters = Filters(weight, isPadded: isRounded)
    var product = try makeProduct(operation, filters, isRounded: isRounded)
    product.rows = Int64(rows)
    product.input_stride = Int64(filters.depth)
    addProduct(&product, isRounded: isRounded)
  }

  mutating func emitConvolution(
    _ operation: Operation, _ geometry: ConvolutionGeometry
  ) throws(ComputeError) {
    let weight = try graph.constantTensor(operation.inputs[1])
    let (input, output) = (graph.shapes[operation.inputs[0]], graph.shapes[operation.output])
    let isRounded = graph.readsRoundedFactor(operation)
    let outputsPerGroup = output[1] / geometry.groups
    for group in 0..<geometry.groups {
      let part = weight.rows((group * outputsPerGroup)..<((group + 1) * outputsPerGroup))
      let filters = Filters(part, isPadded: isRounded)
      var product = try makeProduct(operation, filters, isRounded: isRounded)
      product.rows = Int64(output[0] * output[2] * output[3])
      let pixelStride = geometry.groups == 1 ? filters.depth : input[1]
      product.input_stride = Int64(pixelStride)
      product.output_stride = Int64(output[1])
      product.residual_stride = Int64(output[1])
      if group > 0 {
        let channel = group * outputsPerGroup
        product.input += group * filters.depth * 4
        product.output += channel * 4
        product.bias? += channel
        product.residual? += channel
      }
      if !geometry.isPointwise(kernel: weight.shape) || operation.upsampling > 1 {
        product.zeros = UnsafeRawPointer(
          try program.constants.allocate(Float.self, filters.depth))
        product.setPicture(
          input: input, output: output, kernel: weight.shape, geometry,
          upsampling: operation.upsampling)
      }
      addProduct(&product, isRounded: isRounded)
    }
  }

  /// Everything but rows and strides.
  private mutating func makeProduct(
    _ operation: Operation, _ filters: Filters, isRounded: Bool
  ) throws(ComputeError) -> CKernels_product {
    var product = CKernels_product()
    product.input = UnsafeRawPointer(try address(of: operation.factor ?? operation.inputs[0]))
    product.output = UnsafeMutableRawPointer(try address(of: operation.output))
    product.weights = try packed(filters, isRounded: isRounded)
    product.taps = Int64(filters.taps)
    product.depth = Int64(filters.depth)
    product.outputs = Int64(filters.outputs)
    product.output_stride = product.outputs
    product.residual_stride = product.outputs
    if let residual = operation.residual {
      product.residual = UnsafePointer(try address(of: residual))
    }
    product.activation = operation.activation.kernelCode
    product.last_activation = operation.lastActivation.kernelCode
    product.output_is_bf16 = graph.isRounded(operation.output)
    product.bias = try bias(of: operation)
    return product
  }

  /// Everything that is added to each output channel.
  func bias(of operation: Operation) throws(ComputeError) -> UnsafePointer<Float>? {
    var bias: [Float] = []
    for value in operation.inputs.dropFirst(2) + operation.biases {
      let addend = try graph.constantTensor(value).values
      bias = bias.isEmpty ? addend : zip(bias, addend).map { $0 + $1 }
    }
    return bias.isEmpty ? nil : UnsafePointer(try program.constants.store(bias))
  }

  private func packed(
    _ filters: Filters, isRounded: Bool
  ) throws(ComputeError) -> UnsafeRawPointer {
    let (outputs, depth) = (Int64(filters.outputs), Int64(filters.depth * filters.taps))
    let count = Int(functions.packed_count(outputs, depth))
    if isRounded {
      let packed = try program.constants.allocate(UInt16.self, count)
      functions.pack_bf16(filters.values, outputs, depth, packed)
      return UnsafeRawPointer(packed)
    }
    let packed = try program.constants.allocate(Float.self, count)
    functions.pack(filters.values, outputs, depth, depth, 1, packed)
    return UnsafeRawPointer(packed)
  }

  /// Divides a product among tasks of about equal work and adds it.
  private func addProduct(_ product: inout CKernels_product, isRounded: Bool) {
    let blocks = (product.outputs + functions.block_columns - 1) / functions.block_columns
    let work = Double(2 * product.rows * product.outputs) * Double(product.taps * product.depth)
    // About 15 microseconds each: small against a step, large against handing out a task.
    let wanted = min(max(Int64(work / 3e6), 1), 64)
    let rowTasks = min((wanted + blocks - 1) / blocks, max(product.rows / functions.row_tile, 1))
    let rows = (product.rows + rowTasks - 1) / rowTasks
    product.rows_per_task =
      (rows + functions.row_tile - 1) / functions.row_tile * functions.row_tile
    product.row_tasks = (product.rows + product.rows_per_task - 1) / product.rows_per_task
    add(
      isRounded ? functions.product_bf16! : functions.product!, product,
      tasks: Int(blocks * product.row_tasks))
  }
}

extension CKernels_product {
  /// Lets rows be pixels of a convolution's result.
  fileprivate mutating func setPicture(
    input: [Int], output: [Int], kernel: [Int], _ geometry: ConvolutionGeometry, upsampling: Int
  ) {
    is_picture = 1
    (in_height, in_width) = (Int64(input[2]), Int64(input[3]))
    (out_height, out_width) = (Int64(output[2]), Int64(output[3]))
    kernel_width = Int64(kernel[3])
    (stride, dilation) = (Int64(geometry.stride), Int64(geometry.dilation))
    (top, left) = (Int64(geometry.padding.top), Int64(geometry.padding.left))
    self.upsampling = Int64(upsampling)
  }
}

/// Weights of a product in the order of its sums: [outputs, taps, depth].
struct Filters {
  let outputs: Int
  let taps: Int
  let depth: Int
  let values: [Float]

  /// Reorders [O, I] or [O, I, KH, KW]; with `isPadded`, zeros make the depth even.
  init(_ weight: HostTensor, isPadded: Bool) {
    let inputs = weight.shape[1]
    outputs = weight.shape[0]
    taps = weight.shape.dropFirst(2).reduce(1, *)
    depth = isPadded ? (inputs + 1) / 2 * 2 : inputs
    guard taps > 1 || depth > inputs else {
      values = weight.values
      return
    }
    var values = [Float](repeating: 0, count: outputs * taps * depth)
    for output in 0..<outputs {
      for input in 0..<inputs {
        for tap in 0..<taps {
          values[(output * taps + tap) * depth + input] =
            weight.values[(output * inputs + input) * taps + tap]
        }
      }
    }
    self.values = values
  }
}

extension HostTensor {
  /// Some entries of the first axis.
  fileprivate func rows(_ range: Range<Int>) -> HostTensor {
    guard range.count < shape[0] else { return self }
    let size = shape.dropFirst().reduce(1, *)
    return HostTensor(
      shape: [range.count] + shape.dropFirst(),
      values: Array(values[(range.lowerBound * size)..<(range.upperBound * size)]))
  }
}

extension ConvolutionGeometry {
  /// Whether each output pixel reads exactly the input pixel at its own place.
  fileprivate func isPointwise(kernel: [Int]) -> Bool {
    kernel[2] == 1 && kernel[3] == 1 && stride == 1 && padding == .none
  }
}

extension Activation? {
  /// The kernels' number for the activation.
  var kernelCode: Int32 {
    switch self {
    case nil: Int32(CKernels_identity)
    case .silu: Int32(CKernels_silu)
    case .gelu: Int32(CKernels_gelu)
    case .relu: Int32(CKernels_relu)
    case .sigmoid: Int32(CKernels_sigmoid)
    case .tanh: Int32(CKernels_tanh)
    case .hardSigmoid: Int32(CKernels_hard_sigmoid)
    }
  }
}

extension FusedGraph {
  /// 1 where the value is stored as bf16, as kernels ask for it.
  func isRounded(_ value: ValueID) -> Int32 { roundedValues.contains(root(of: value)) ? 1 : 0 }

  /// Whether a product's input is stored as bf16.
  func readsRoundedFactor(_ operation: Operation) -> Bool {
    isRounded(operation.factor ?? operation.inputs[0]) == 1
  }
}
