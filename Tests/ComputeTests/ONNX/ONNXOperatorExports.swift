import Foundation
import Testing
import Weights

@testable import Compute

/// Writes cases of every operator as ONNX files with inputs and result beside them, for scripts/check-onnx --operators.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["AVATAR_ONNX_FOLDER"] != nil))
struct ONNXOperatorExports {
  @Test func exports() throws {
    let folder = ProcessInfo.processInfo.environment["AVATAR_ONNX_FOLDER"]!
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for (index, operation) in operatorCases.enumerated() {
      try write(operation, "\(folder)/\(operation.plan.nodes.last!.kind.name)-\(index)")
    }
    for family in OperatorFamily.all {
      for seed in 0..<20 {
        try write(family.makeCase(seed), "\(folder)/\(family.name)-\(seed + 900)")
      }
    }
  }

  private func write(_ operation: OperatorCase, _ path: String) throws {
    let path = path.replacing(" ", with: "_")
    _ = try operation.plan.writeONNX(to: "\(path).onnx", replacing: true)
    var tensors = Dictionary(
      uniqueKeysWithValues: operation.inputs.enumerated().map { ("input_\($0)", $1) })
    tensors["result"] = try operation.run(on: ReferenceDevice())
    try SafetensorsWriter.write(tensors, to: "\(path).safetensors", replacing: true)
  }
}
