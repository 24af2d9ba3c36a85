import Foundation
import Testing
import Weights

@testable import Compute

/// Writes every operator case as an ONNX file with inputs and result beside it, for scripts/check-onnx --operators.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["AVATAR_ONNX_FOLDER"] != nil))
struct ONNXOperatorExports {
  @Test func exports() throws {
    let folder = ProcessInfo.processInfo.environment["AVATAR_ONNX_FOLDER"]!
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for (index, operation) in operatorCases.enumerated() {
      let kinds = operation.plan.nodes.map { $0.kind.name.replacing(" ", with: "_") }
      let file = "\(folder)/\(kinds.last!)-\(index)"
      _ = try operation.plan.writeONNX(to: "\(file).onnx", replacing: true)
      var tensors = Dictionary(
        uniqueKeysWithValues: operation.inputs.enumerated().map { ("input_\($0)", $1) })
      tensors["result"] = try operation.run(on: ReferenceDevice())
      try SafetensorsWriter.write(tensors, to: "\(file).safetensors", replacing: true)
    }
  }
}
