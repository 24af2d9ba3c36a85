@testable import Compute
import Testing

@Suite struct CPUPlanTests {
  private static let sets = InstructionSet.allCases.filter { $0 <= .current }
  private static let precisions: [Precision] = [.fp32, .bf16]
  private let painter = TestNetwork.painter(widths: [16, 32, 48, 64], size: 64, batch: 2)
  private let encoder = TestNetwork.encoder(width: 48, layers: 2, heads: 3, frames: 60)

  @Test("whole networks equal the reference", arguments: sets)
  func equalsReference(set: InstructionSet) throws {
    for plan in [painter, encoder] {
      let reference = try ReferenceDevice().compile(plan, precision: .fp32)
      let inputs = reference.noiseInputs()
      let expected = try reference.outputs(for: inputs)
      let device = try CPUDevice(threads: 2, instructionSet: set)
      let found = try device.compile(plan, precision: .fp32).outputs(for: inputs)
      for (found, expected) in zip(found, expected) {
        #expect(relativeError(found, expected) <= 5e-5)
      }
    }
  }

  @Test("the same bytes for 1, 2 and 3 threads, and again", arguments: precisions)
  func sameBytes(precision: Precision) throws {
    for plan in [painter, encoder] {
      let single = try CPUDevice(threads: 1).compile(plan, precision: precision)
      let inputs = single.noiseInputs()
      let expected = try single.outputs(for: inputs)
      #expect(expected.allSatisfy { $0.values.allSatisfy { $0.isFinite } })
      for threads in 1...3 {
        let compiled = try CPUDevice(threads: threads).compile(plan, precision: precision)
        for _ in 0..<20 { #expect(try compiled.outputs(for: inputs) == expected) }
      }
    }
  }

  @Test("an image's bytes do not depend on its neighbours in the batch")
  func sameBytesInBatch() throws {
    let device = try CPUDevice(threads: 2)
    let batch = try device.compile(painter, precision: .auto)
    let single = try device.compile(
      TestNetwork.painter(widths: [16, 32, 48, 64], size: 64), precision: .auto)
    let inputs = single.noiseInputs()
    let doubled = inputs.map {
      HostTensor(shape: [2] + $0.shape.dropFirst(), values: $0.values + $0.values)
    }
    let expected = try single.outputs(for: inputs)
    for (found, expected) in zip(try batch.outputs(for: doubled), expected) {
      #expect(found.values == expected.values + expected.values)
    }
  }

  @Test("plans of one device may run from several threads at once")
  func concurrentRuns() async throws {
    let compiled = try CPUDevice(threads: 2).compile(encoder, precision: .fp32)
    let inputs = compiled.noiseInputs()
    let expected = try compiled.outputs(for: inputs)
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for _ in 0..<8 {
        group.addTask { try compiled.outputs(for: inputs) == expected }
      }
      for try await isEqual in group { #expect(isEqual) }
    }
  }

  @Test("memory that is shut away between runs is not needed there")
  func quarantine() throws {
    let open = try CPUDevice(threads: 2).compile(painter, precision: .fp32)
    let shut = try QuarantineDevice(threads: 2).compile(painter, precision: .fp32)
    let inputs = open.noiseInputs()
    for _ in 0..<2 {
      #expect(try shut.outputs(for: inputs) == open.outputs(for: inputs))
    }
  }

  @Test("activations that never live together share memory")
  func arena() throws {
    let recorder = PlanRecorder(name: "chain")
    var x = recorder.input("x", [1, 8, 64, 64])
    for _ in 0..<20 { x = x.affine(scale: 1.5).activation(.tanh) }
    recorder.output("y", x)
    let device = try CPUDevice(threads: 1)
    let compiled = try device.compileForCPU(recorder.finish(), precision: .fp32)
    #expect(compiled.arenaByteCount <= 2 * 8 * 64 * 64 * 4 + 8192)
  }

  @Test("inputs that nothing reads, constants as outputs, an output twice")
  func unusualPlans() throws {
    let recorder = PlanRecorder(name: "unusual")
    let (x, _) = (recorder.input("x", [1, 2, 1, 3]), recorder.input("unused", [4]))
    let constant = recorder.constant(Constant(ramp([1, 3, 2, 2])))
    let y = x.affine(scale: 2)
    recorder.output("constant", constant)
    recorder.output("folded", constant.affine(shift: 1))
    recorder.output("y", y)
    recorder.output("again", y)
    recorder.output("x", x)
    let compiled = try CPUDevice(threads: 2).compile(recorder.finish(), precision: .auto)
    let input = ramp([1, 2, 1, 3])
    let result = try compiled.run(["x": input, "unused": ramp([4])])
    #expect(result["constant"] == ramp([1, 3, 2, 2]))
    #expect(result["folded"] == ramp([1, 3, 2, 2], first: 1))
    #expect(result["y"] == ramp([1, 2, 1, 3], step: 2) && result["again"] == result["y"])
    #expect(result["x"] == input)
  }

  @Test("a thread count that cannot be is refused")
  func threads() {
    #expect(throws: ComputeError.self) { try CPUDevice(threads: 0) }
  }
}
