import CKernels

extension ProgramBuilder {
  /// A convolution that makes each output channel from the input channel of the same number.
  mutating func emitDepthwise(
    _ operation: Operation, _ geometry: ConvolutionGeometry
  ) throws(ComputeError) {
    let (input, output) = (graph.shapes[operation.inputs[0]], graph.shapes[operation.output])
    let weight = try graph.constantTensor(operation.inputs[1])
    let (channels, taps) = (weight.shape[0], weight.shape[2] * weight.shape[3])
    var context = CKernels_depthwise()
    context.input = UnsafePointer(try address(of: operation.inputs[0]))
    context.output = UnsafeMutableRawPointer(try address(of: operation.output))
    context.zeros = UnsafePointer(try program.constants.allocate(Float.self, channels))
    let weights = try program.constants.allocate(Float.self, channels * taps)
    for channel in 0..<channels {
      for tap in 0..<taps {
        weights[tap * channels + channel] = weight.values[channel * taps + tap]
      }
    }
    context.weights = UnsafePointer(weights)
    context.bias = try bias(of: operation)
    if let residual = operation.residual {
      context.residual = UnsafePointer(try address(of: residual))
    }
    context.activation = operation.activation.kernelCode
    context.last_activation = operation.lastActivation.kernelCode
    context.output_is_bf16 = graph.isRounded(operation.output)
    (context.in_height, context.in_width) = (Int64(input[2]), Int64(input[3]))
    (context.height, context.width) = (Int64(output[2]), Int64(output[3]))
    context.channels = Int64(channels)
    (context.kernel_height, context.kernel_width) = (Int64(weight.shape[2]), Int64(weight.shape[3]))
    (context.stride, context.dilation) = (Int64(geometry.stride), Int64(geometry.dilation))
    (context.top, context.left) = (Int64(geometry.padding.top), Int64(geometry.padding.left))
    add(functions.depthwise, context, tasks: output[0] * output[2])
  }
}

extension FusedGraph {
  /// Whether a convolution has a kernel of its own for one input channel per output channel.
  func isDepthwise(_ operation: Operation, _ geometry: ConvolutionGeometry) -> Bool {
    let weight = shapes[operation.inputs[1]]
    let isSingle = geometry.groups > 1 && geometry.groups == weight[0] && weight[1] == 1
    return isSingle && weight[2] * weight[3] <= Int(CKernels_depthwise_taps)
  }
}
