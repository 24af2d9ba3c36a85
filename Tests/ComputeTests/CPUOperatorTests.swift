@testable import Compute
import Foundation
import Testing

@Suite struct CPUOperatorTests {
  private static let fp32Tolerance: Float = 1e-5
  private static let bf16Tolerance: Float = 3e-2
  private static let sets = InstructionSet.allCases.filter { $0 <= .current }

  @Test("every operator equals its plain definition", arguments: sets, operatorCases)
  func equalsReference(set: InstructionSet, operation: OperatorCase) throws {
    let expected = try operation.run(on: ReferenceDevice())
    let found = try operation.run(on: CPUDevice(threads: 2, instructionSet: set))
    let error = relativeError(found, expected)
    #expect(error <= Self.fp32Tolerance, "\(operation.testDescription) on \(set): \(error)")
  }

  @Test(
    "bf16 stays close", .enabled(if: InstructionSet.current >= .avx512bf16),
    arguments: productCases + transformedCases + attentionCases)
  func bf16(operation: OperatorCase) throws {
    let expected = try operation.run(on: ReferenceDevice())
    let found = try operation.run(on: CPUDevice(threads: 2), precision: .bf16)
    let error = relativeError(found, expected)
    #expect(error <= Self.bf16Tolerance, "\(operation.testDescription): \(error)")
  }

  @Test("bf16 is refused where the CPU lacks it, and auto means fp32 there")
  func missingBF16() throws {
    let device = try CPUDevice(threads: 1, instructionSet: .avx2)
    #expect(device.resolve(.auto) == .fp32)
    #expect(throws: ComputeError.self) {
      try operatorCases[0].run(on: device, precision: .bf16)
    }
  }

  @Test("AVATAR_MAX_ISA lowers what is used", arguments: ["plain", "avx2", "avx512"])
  func limitedInstructionSet(name: String) async {
    // The limit is read once, so it takes a process of its own.
    await #expect(processExitsWith: .success) { [name] in
      setenv("AVATAR_MAX_ISA", name, 1)
      let limit = ["plain": InstructionSet.plain, "avx2": .avx2, "avx512": .avx512][name]!
      let device = try CPUDevice(threads: 1)
      guard device.instructionSet <= limit, device.resolve(.auto) == .fp32 else { exit(1) }
    }
  }

  @Test("NaN is passed on, not swallowed", arguments: Activation.allCases)
  func notANumber(activation: Activation) throws {
    let device = try CPUDevice(threads: 1)
    let x = HostTensor(shape: [20], values: Array(repeating: .nan, count: 20))
    let y = try evaluate([x], on: device) { $0[0].activation(activation) }
    #expect(y.values.count { $0.isNaN } == 20)
  }
}
