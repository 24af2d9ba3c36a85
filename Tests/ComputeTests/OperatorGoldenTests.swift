import TestSupport
import Testing
import Weights

@testable import Compute

/// Every operator against PyTorch's double precision: also the plain loops, which everything else is compared with.
@Suite struct OperatorGoldenTests {
  private static let referenceTolerance: Float = 2e-6
  private static let cpuTolerance: Float = 5e-6

  @Test func equalsPyTorch() throws {
    let golden = try Golden("operators.safetensors", in: .module)
    let names = Set(golden.checkpoint.keys.map { String($0.split(separator: "/")[0]) })
    #expect(names == Set(goldenOperators.keys))
    let devices = try InstructionSet.allCases.filter { $0 <= .current }.map {
      try CPUDevice(threads: 2, instructionSet: $0)
    }
    for (name, operation) in goldenOperators.sorted(by: { $0.key < $1.key }) {
      let expected = try golden["\(name)/result"]
      let reference = Comparison(
        try Self.run(name, operation, golden, on: ReferenceDevice()), expected)
      #expect(reference.relativeMaximumError <= Self.referenceTolerance, "\(name): \(reference)")
      for device in devices {
        let found = Comparison(try Self.run(name, operation, golden, on: device), expected)
        #expect(
          found.relativeMaximumError <= Self.cpuTolerance,
          "\(name) on \(device.instructionSet): \(found)")
      }
    }
  }

  @Test("each kind of operator occurs among them")
  func coverage() throws {
    let golden = try Golden("operators.safetensors", in: .module)
    let kinds = try goldenOperators.flatMap { name, operation in
      try Self.plan(name, operation, golden).nodes.map(\.kind.name)
    }
    let families = OperatorFamily.all.flatMap { $0.makeCase(0).plan.nodes.map(\.kind.name) }
    #expect(Set(families).subtracting(kinds) == [])
  }

  private static func plan(
    _ name: String, _ operation: GoldenOperator, _ golden: Golden
  ) throws -> Plan {
    let recorder = PlanRecorder(name: name)
    var tensors: [String: Tensor] = [:]
    for key in operation.inputs {
      tensors[key] = recorder.input(key, try golden["\(name)/\(key)"].shape)
    }
    var weights: [String: Constant] = [:]
    for key in ["weight", "bias"] where golden.checkpoint.info("\(name)/\(key)") != nil {
      weights[key] = Constant(try golden["\(name)/\(key)"])
    }
    recorder.output("result", operation.body(tensors, weights))
    return recorder.finish()
  }

  private static func run(
    _ name: String, _ operation: GoldenOperator, _ golden: Golden, on device: any Device
  ) throws -> HostTensor {
    let compiled = try device.compile(plan(name, operation, golden), precision: .fp32)
    var inputs: [String: HostTensor] = [:]
    for key in operation.inputs { inputs[key] = try golden["\(name)/\(key)"] }
    return try #require(try compiled.run(inputs)["result"])
  }
}
