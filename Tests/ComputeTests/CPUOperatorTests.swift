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
    "bf16 stays close on every instruction set",
    arguments: productCases + transformedCases + attentionCases)
  func bf16(operation: OperatorCase) throws {
    let expected = try operation.run(on: ReferenceDevice())
    for set in InstructionSet.allCases where set <= .current {
      let device = try CPUDevice(threads: 2, instructionSet: set)
      let error = relativeError(try operation.run(on: device, precision: .bf16), expected)
      #expect(error <= Self.bf16Tolerance, "\(operation.testDescription) on \(set): \(error)")
    }
  }

  @Test("auto means fp32 where the CPU does not multiply bf16")
  func automaticPrecision() throws {
    let device = try CPUDevice(threads: 1, instructionSet: .avx2)
    #expect(device.resolve(.auto) == .fp32)
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
