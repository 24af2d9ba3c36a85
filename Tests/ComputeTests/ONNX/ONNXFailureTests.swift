import Foundation
import MediaTypes
import TestSupport
import Testing

@testable import Compute

@Suite struct ONNXFailureTests {
  private struct Stop: Error {}

  let folder: TemporaryFolder
  var path: String { folder.file("model.onnx") }
  var files: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() }
  }

  init() throws { folder = try TemporaryFolder() }

  private func plan(load: @escaping @Sendable () throws -> [Float] = { ramp([20, 20]).values })
    -> Plan
  {
    let recorder = PlanRecorder(name: "net")
    let weight = Constant(shape: [20, 20], load: load)
    recorder.output("y", recorder.input("x", [2, 20]).linear(weight: weight))
    return recorder.finish()
  }

  @Test("an existing output is refused, replaced when asked, and stays when the new one fails")
  func existing() throws {
    try folder.write([1, 2, 3], to: "model.onnx")
    let error = #expect(throws: ComputeError.self) { try plan().writeONNX(to: path) }
    #expect(
      error?.exitCode == .cannotCreateOutput && error?.description.contains("--force") == true)
    #expect(throws: ComputeError.self) {
      try plan { throw Stop() }.writeONNX(to: path, replacing: true)
    }
    #expect(try [UInt8](Data(contentsOf: URL(fileURLWithPath: path))) == [1, 2, 3])
    _ = try plan().writeONNX(to: path, replacing: true)
    #expect(try ReadModel(path: path).defects == [])
    #expect(try files == ["model.onnx"])
  }

  @Test("an existing file of weights is refused before the model is made")
  func existingWeights() throws {
    try folder.write([1, 2, 3], to: "model.onnx.data")
    #expect(throws: ComputeError.self) {
      try plan().writeONNX(to: path, largestWeightsInside: 0)
    }
    #expect(try files == ["model.onnx.data"])
    _ = try plan().writeONNX(to: path, replacing: true, largestWeightsInside: 0)
    #expect(try files == ["model.onnx", "model.onnx.data"])
  }

  @Test("what stops the work comes through and nothing is left", arguments: [0, 1_000_000])
  func stopped(largestWeightsInside: Int) throws {
    #expect(throws: Stop.self) {
      try plan().writeONNX(to: path, largestWeightsInside: largestWeightsInside) { throw Stop() }
    }
    let short = #expect(throws: ComputeError.self) {
      try plan { [1] }.writeONNX(to: path, largestWeightsInside: largestWeightsInside)
    }
    #expect(short?.exitCode == .internalError)
    #expect(try files == [])
  }

  @Test("places where nothing can be written")
  func places() throws {
    for path in [folder.file("no/model.onnx"), folder.path, "/dev/null"] {
      let error = #expect(throws: ComputeError.self) {
        try plan().writeONNX(to: path, replacing: true)
      }
      #expect(error?.exitCode == .cannotCreateOutput)
    }
  }

  @Test(
    "a full disk is an I/O error", .enabled(if: FileManager.default.fileExists(atPath: "/dev/full"))
  )
  func fullDisk() throws {
    // A link of the temporary file's name leads to a device that is always full.
    let temporary = folder.file(".model.onnx.\(getpid()).part")
    try FileManager.default.createSymbolicLink(
      atPath: temporary, withDestinationPath: "/dev/full")
    let error = #expect(throws: ComputeError.self) { try plan().writeONNX(to: path) }
    #expect(error?.exitCode == .inputOutputError)
    #expect(try files == [])
  }

  @Test("another value under an input's name has no place in an ONNX file")
  func sameName() throws {
    let recorder = PlanRecorder(name: "net")
    recorder.output("x", recorder.input("x", [2]).affine(scale: 2))
    let error = #expect(throws: ComputeError.self) {
      try recorder.finish().writeONNX(to: path)
    }
    #expect(error?.description.contains("x") == true)
    #expect(try files == [])
  }
}
