import Testing

@testable import Compute

/// The CPU device against the plain loops, on random shapes.
@Suite struct AgreementTests {
  private static let fp32Tolerance: Float = 1e-5
  private static let sets = InstructionSet.allCases.filter { $0 <= .current }

  @Test("every operator has a family, and families are told apart by name")
  func coverage() {
    let names = Set(OperatorFamily.all.map(\.name))
    #expect(names.count == OperatorFamily.all.count)
    for family in OperatorFamily.all {
      for node in family.makeCase(0).plan.nodes {
        #expect(names.contains(OperatorFamily.testing(node.kind).name))
      }
    }
  }

  @Test(
    "every instruction set and precision gives what plain loops give",
    arguments: OperatorFamily.all)
  func agreement(family: OperatorFamily) throws {
    let devices = try Self.sets.map { try CPUDevice(threads: 2, instructionSet: $0) }
    for seed in 0..<250 {
      let operation = family.makeCase(seed, extent: seed % 50 == 49 ? 300_000 : 4000)
      let expected = try operation.run(on: ReferenceDevice())
      for device in devices {
        let error = scaledError(try operation.run(on: device), expected)
        #expect(
          error <= Self.fp32Tolerance,
          "\(operation.testDescription) on \(device.instructionSet): \(error)")
        guard seed % 3 == 0 || device.instructionSet == .current else { continue }
        let rounded = scaledError(try operation.run(on: device, precision: .bf16), expected)
        #expect(
          rounded <= family.bf16Tolerance,
          "\(operation.testDescription) in bf16 on \(device.instructionSet): \(rounded)")
      }
    }
  }

  @Test(
    "sums of products of small integers are exact, in bf16 too",
    arguments: OperatorFamily.all.filter { $0.isExact })
  func exactness(family: OperatorFamily) throws {
    let devices = try Self.sets.map { try CPUDevice(threads: 2, instructionSet: $0) }
    for seed in 0..<100 {
      let operation = family.makeCase(seed, numbers: .integers)
      let expected = try operation.run(on: ReferenceDevice())
      for device in devices {
        for precision in [Precision.fp32, .bf16] {
          #expect(
            try operation.run(on: device, precision: precision) == expected,
            "\(operation.testDescription) on \(device.instructionSet) in \(precision)")
        }
      }
    }
  }

  @Test("the same bytes with 1, 2 and 3 threads", arguments: OperatorFamily.all)
  func threads(family: OperatorFamily) throws {
    let devices = try (1...3).map { try CPUDevice(threads: $0) }
    for seed in 0..<12 {
      let operation = family.makeCase(seed, extent: 60_000)
      for precision in [Precision.fp32, .bf16] {
        let expected = try operation.run(on: devices[0], precision: precision)
        for device in devices.dropFirst() {
          #expect(
            try operation.run(on: device, precision: precision) == expected,
            "\(operation.testDescription) in \(precision), \(device.threadCount) threads")
        }
      }
    }
  }

  @Test(
    "an image's bytes do not depend on the rest of its batch",
    arguments: OperatorFamily.all.filter { $0.isBatched })
  func batches(family: OperatorFamily) throws {
    let device = try CPUDevice(threads: 2)
    for seed in 0..<40 {
      let operation = family.makeCase(seed, extent: 12_000)
      let images = operation.shapes[0][0]
      for precision in [Precision.fp32, .bf16] where images > 1 {
        let whole = try operation.run(on: device, precision: precision)
        for image in [0, images - 1] {
          let alone = try evaluate(
            operation.inputs.map { $0.image(image) }, on: device, precision: precision,
            operation.body)
          #expect(
            alone == whole.image(image), "\(operation.testDescription) in \(precision), \(image)")
        }
      }
    }
  }
}

extension HostTensor {
  /// One entry of the first axis.
  func image(_ index: Int) -> HostTensor {
    let count = values.count / shape[0]
    return HostTensor(
      shape: [1] + shape.dropFirst(), values: Array(values[(index * count)..<((index + 1) * count)])
    )
  }
}

/// Greatest difference, relative to the greatest magnitude in `expected` or 1; infinite for other shapes or NaN.
func scaledError(_ found: HostTensor, _ expected: HostTensor) -> Float {
  guard found.shape == expected.shape else { return .infinity }
  let differences = zip(found.values, expected.values).map { abs($0 - $1) }
  guard differences.allSatisfy({ !$0.isNaN }) else { return .infinity }
  return (differences.max() ?? 0) / max(expected.values.map(abs).max() ?? 0, 1)
}
