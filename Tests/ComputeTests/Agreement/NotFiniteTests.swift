import Testing

@testable import Compute

/// What becomes of values that are not numbers, and of infinities: on every device what the plain loops make of them.
@Suite struct NotFiniteTests {
  private static let fp32Sets = [InstructionSet.plain, .current]
  private static let precisions: [Precision] = [.fp32, .bf16]

  @Test(
    "one of them in the input changes the results that depend on it, in no other way than it should",
    arguments: OperatorFamily.all)
  func spread(family: OperatorFamily) throws {
    let devices = try Self.fp32Sets.map { try CPUDevice(threads: 2, instructionSet: $0) }
    for seed in 0..<60 {
      let operation = family.makeCase(seed)
      let (inputs, image) = Self.spoil(operation.inputs, seed: seed)
      let expected = try evaluate(inputs, operation.body)
      for device in devices {
        let found = try evaluate(inputs, on: device, operation.body)
        let wrong = Self.differences(found, expected, isInSquares: family.isInSquares)
        #expect(wrong == 0, "\(operation.testDescription) on \(device.instructionSet): \(wrong)")
      }
      for precision in Self.precisions where family.isBatched {
        let clean = try operation.run(on: devices[1], precision: precision)
        let found = try evaluate(inputs, on: devices[1], precision: precision, operation.body)
        for other in 0..<clean.shape[0] where other != image {
          #expect(
            found.image(other) == clean.image(other),
            "\(operation.testDescription) in \(precision): image \(other), spoilt \(image)")
        }
      }
    }
  }

  /// Inputs with one value replaced, and the image that it lies in.
  private static func spoil(
    _ inputs: [HostTensor], seed: Int
  ) -> (inputs: [HostTensor], image: Int) {
    var (inputs, choices) = (inputs, Choices(seed: UInt64(seed)))
    let index = choices.integer(0...(inputs.count - 1))
    let count = inputs[index].values.count
    let position = choices.integer(0...(count - 1))
    inputs[index].values[position] = choices.pick([.nan, .nan, .infinity, -.infinity])
    return (inputs, position / (count / inputs[index].shape[0]))
  }

  /// How many elements are of another kind: number, infinity of one sign, none of these.
  ///
  /// In squares, what is not finite may be of any such kind and fill its neighbourhood.
  private static func differences(
    _ found: HostTensor, _ expected: HostTensor, isInSquares: Bool
  ) -> Int {
    let pairs = zip(found.values, expected.values)
    guard isInSquares else {
      return pairs.count { !($0.isFinite && $1.isFinite || $0 == $1 || $0.isNaN && $1.isNaN) }
    }
    let expected = expected.spoiltNeighbourhood
    return zip(found.values, pairs).enumerated().count { index, pair in
      let (found, (_, wanted)) = pair
      return found.isFinite ? !wanted.isFinite : !expected.contains(index)
    }
  }

  @Test("a greatest value that is not a number wins in pools", arguments: [0, 1, 2, 3])
  func pool(position: Int) throws {
    var x = ramp([1, 1, 2, 2])
    x.values[position] = .nan
    for device in [ReferenceDevice(), try CPUDevice(threads: 1)] as [any Device] {
      let y = try evaluate([x], on: device) { $0[0].maxPool(kernel: 2) }
      #expect(y.values[0].isNaN)
    }
  }

  @Test("activations of very large numbers are their limits", arguments: Activation.allCases)
  func largeNumbers(activation: Activation) throws {
    let x = HostTensor(shape: [6], values: [-3e38, -1e30, -1e4, 1e4, 1e30, 3e38])
    let expected = try evaluate([x]) { $0[0].activation(activation) }
    for set in InstructionSet.allCases where set <= .current {
      let device = try CPUDevice(threads: 1, instructionSet: set)
      let found = try evaluate([x], on: device) { $0[0].activation(activation) }
      for (found, expected) in zip(found.values, expected.values) {
        #expect(abs(found - expected) <= 1e-6 * max(1, abs(expected)))
      }
    }
  }
}

extension HostTensor {
  /// Positions of what is not finite in a picture and of all pixels up to 3 away, in every channel of the image.
  fileprivate var spoiltNeighbourhood: Set<Int> {
    let (channels, height, width) = (shape[1], shape[2], shape[3])
    var positions: Set<Int> = []
    for (index, value) in values.enumerated() where !value.isFinite {
      let (plane, row, column) = Reference.pixel(index, in: shape)
      let image = plane / channels
      for y in max(0, row - 3)...min(height - 1, row + 3) {
        for x in max(0, column - 3)...min(width - 1, column + 3) {
          for channel in 0..<channels {
            positions.insert(((image * channels + channel) * height + y) * width + x)
          }
        }
      }
    }
    return positions
  }
}
