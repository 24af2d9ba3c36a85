import Compute
import Foundation
import ModelStore
import TestSupport
import Testing

@testable import Runtime

@Suite struct ModelTrialTests {
  /// Adds `bias` to its input, after multiplying it by `factor`.
  private struct Affine: CatalogedNetwork {
    let name = "affine"
    let summary = "for the test"
    let factor: Float
    let bias: Float

    func open(_ source: NetworkSource?) throws -> OpenedNetwork {
      OpenedNetwork(
        inputs: [.init("x", ["B", 8], "")], outputs: [.init("y", ["B", 8], "")], parameters: []
      ) { shapes in
        let recorder = PlanRecorder(name: name)
        let x = recorder.input("x", shapes["x"]!)
        recorder.output("y", x.affine(scale: factor, shift: bias))
        return recorder.finish()
      }
    }
  }

  private func problems(factor: Float = 1, bias: Float = 0) throws -> [String] {
    try NetworkTrial(Affine(factor: factor, bias: bias), device: CPUDevice(threads: 1)).run(nil)
      .problems
  }

  @Test("what is not finite, too large or all the same is a problem, anything else none")
  func problems() throws {
    #expect(try problems() == [])
    #expect(try problems(bias: .nan) == ["y: 8 of 8 values aren't finite"])
    #expect(try problems(factor: 0, bias: 1) == ["y: all values are the same"])
    #expect(try problems(factor: 1e9).count == 1)
  }

  @Test("mini passes, and its report is the same from run to run")
  func mini() throws {
    let store = ModelStore(environment: ["HOME": "/nowhere"])
    let reports = try (0..<2).map { _ in try ModelTrial(threads: 2).run("mini", in: store) }
    #expect(reports[0].passed)
    #expect(
      reports[0].networks.map(\.network) == ["mini-articulation", "mini-landmarks", "mini-painter"])
    #expect(
      reports[0].networks.map { $0.outputs.map(\.text) }
        == reports[1].networks.map { $0.outputs.map(\.text) })
    #expect(reports[0].text.hasPrefix("avatar \(Version.current), "))
    #expect(throws: ModelStoreError.self) { try ModelTrial().run("musetalk-1.5", in: store) }
  }
}
