import CKernels
import Glibc
import Testing

struct AudioKernelTests {
  @Test func `log10 is within a millionth`() {
    let values = (0..<200_000).map { Float(exp(-23 + 50 * Double($0) / 200_000)) } + [1, 10, 1e-10]
    var found = [Float](repeating: 0, count: values.count)
    CKernelsAudio_log10_values(values, &found, values.count)
    let worst = zip(values, found).map { abs(Double($1) - log10(Double($0))) }.max()!
    #expect(worst <= 1e-6)
  }

  @Test(arguments: [0, 1, 15, 16, 31, 32, 33, 100, 601])
  func `dot sums every product`(count: Int) {
    let (a, b) = (noise(count: count, seed: 1), noise(count: count, seed: 2))
    let expected = zip(a, b).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
    #expect(abs(Double(CKernelsAudio_dot(a, b, count)) - expected) < 1e-5)
  }

  @Test(arguments: [1, 15, 16, 17, 100])
  func `finds the largest wherever it is`(count: Int) {
    for place in 0..<count {
      var values = noise(count: count).map { $0 - 2 }
      values[place] = -0.5
      #expect(CKernelsAudio_maximum(values, count) == -0.5)
    }
  }
}
