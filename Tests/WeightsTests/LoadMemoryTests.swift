import Compute
import Foundation
import TestSupport
import Testing

@testable import Weights

/// Tensors are converted one by one, and neither the file's pages nor earlier tensors stay in memory.
@Suite struct LoadMemoryTests {
  static let tensorCount = 24
  static let elementCount = 1 << 20

  /// 96 MiB of fp32 as safetensors.
  static func writeSafetensors(to path: String) throws {
    let byteCount = elementCount * 4
    let entries = (0..<tensorCount).map { index in
      #""t\#(index)":{"dtype":"F32","shape":[\#(elementCount)],"data_offsets":"#
        + "[\(index * byteCount),\((index + 1) * byteCount)]}"
    }
    try write(
      file(header: "{\(entries.joined(separator: ","))}"), zeros: tensorCount * byteCount, to: path)
  }

  /// The same as the stream of before 1.6: each tensor a row or, every other one, a column of one storage.
  static func writeStream(to path: String) throws {
    let total = tensorCount * elementCount
    let storage = PickleBytes.storage("0", count: total)
    let tensors = (0..<tensorCount).map { index in
      let isColumn = index % 2 == 1
      return (
        "t\(index)",
        PickleBytes.tensor(
          storage: storage, offset: isColumn ? index : index * elementCount, shape: [elementCount],
          strides: [isColumn ? tensorCount : 1])
      )
    }
    try write(
      TorchBytes.stream(PickleBytes.dictionary(tensors), count: total, storage: []),
      zeros: total * 4, to: path)
  }

  /// `head`, then so many zeros that take memory once they are read.
  private static func write(_ head: [UInt8], zeros: Int, to path: String) throws {
    try Data(head).write(to: URL(fileURLWithPath: path))
    let handle = try #require(FileHandle(forWritingAtPath: path))
    try handle.seekToEnd()
    for _ in 0..<zeros >> 20 { try handle.write(contentsOf: Data(count: 1 << 20)) }
    try handle.close()
  }

  @Test func safetensorsDoNotStay() async {
    await #expect(processExitsWith: .success) {
      let folder = try TemporaryFolder()
      try LoadMemoryTests.writeSafetensors(to: folder.file("model"))
      try LoadMemoryTests.readAll(folder.file("model"))
    }
  }

  @Test func streamsDoNotStay() async {
    await #expect(processExitsWith: .success) {
      let folder = try TemporaryFolder()
      try LoadMemoryTests.writeStream(to: folder.file("model"))
      try LoadMemoryTests.readAll(folder.file("model"))
    }
  }

  /// Reads every tensor; a column alone touches every page of the file.
  static func readAll(_ path: String) throws {
    let before = peakResidentByteCount
    let checkpoint = try Checkpoint(path: path)
    for key in checkpoint.keys {
      let values = try checkpoint.tensor(key).values
      precondition(values.count == elementCount)
    }
    let growth = (peakResidentByteCount - before) >> 20
    precondition(growth < 24, "\(growth) MiB")
  }
}
