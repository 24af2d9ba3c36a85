import Compute

/// Records a plan of one output from some inputs and runs it on `device`.
func evaluate(
  _ inputs: [HostTensor], on device: any Device = ReferenceDevice(),
  precision: Precision = .fp32, _ body: ([Tensor]) -> Tensor
) throws -> HostTensor {
  let recorder = PlanRecorder(name: "test")
  let symbols = inputs.enumerated().map { recorder.input("input \($0)", $1.shape) }
  recorder.output("result", body(symbols))
  let compiled = try device.compile(recorder.finish(), precision: precision)
  var outputs = compiled.signature.makeOutputs()
  try compiled.run(inputs, into: &outputs)
  return outputs[0]
}

/// Numbers in even steps from `first` on, in a tensor.
func ramp(_ shape: [Int], first: Float = 0, step: Float = 1) -> HostTensor {
  let count = shape.reduce(1, *)
  return HostTensor(shape: shape, values: (0..<count).map { first + Float($0) * step })
}

/// Reproducible numbers, roughly normal: the sum of four uniform ones.
func noise(_ shape: [Int], seed: UInt64, scale: Float = 1) -> HostTensor {
  var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
  func uniform() -> Float {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Float(state >> 40) / Float(1 << 24) - 0.5
  }
  let values = (0..<shape.reduce(1, *)).map { _ in
    (uniform() + uniform() + uniform() + uniform()) * 1.7 * scale
  }
  return HostTensor(shape: shape, values: values)
}

/// Greatest difference, relative to the greatest magnitude in `expected`; infinite for other shapes or NaN.
func relativeError(_ found: HostTensor, _ expected: HostTensor) -> Float {
  guard found.shape == expected.shape else { return .infinity }
  let differences = zip(found.values, expected.values).map { abs($0 - $1) }
  guard differences.allSatisfy({ !$0.isNaN }) else { return .infinity }
  return (differences.max() ?? 0) / max(expected.values.map(abs).max() ?? 0, 1e-30)
}
