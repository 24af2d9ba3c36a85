import Compute
import TestSupport
import Testing

@Suite struct ComparisonTests {
  @Test func measuresTheLargestError() {
    let expected = HostTensor(shape: [2, 2], values: [1, -4, 2, 0])
    let found = HostTensor(shape: [2, 2], values: [1, -4, 3, 0])
    let comparison = Comparison(found, expected)
    #expect(comparison.maximumError == 1)
    #expect(comparison.relativeMaximumError == 0.25)
    #expect(comparison.worstPosition == [1, 0])
    #expect(Comparison(expected, expected).relativeMaximumError == 0)
  }

  @Test func nothingHidesShapesOrNaNs() {
    let expected = HostTensor(shape: [2], values: [1, 2])
    let transposed = HostTensor(shape: [1, 2], values: [1, 2])
    let broken = HostTensor(shape: [2], values: [1, .nan])
    #expect(Comparison(transposed, expected).relativeMaximumError == .infinity)
    #expect(Comparison(broken, expected).relativeMaximumError == .infinity)
    #expect(Comparison(broken, broken).maximumError == .infinity)
  }
}
