import Foundation
import TestSupport
import Testing

@testable import Weights

/// Damaged files of every format: the answer is an error or tensors that can be read, never a crash.
@Suite struct MutationTests {
  static let files = [
    "golden.safetensors", "archive.pth", "archive-protocol4.pth", "stream.pth", "mmengine.pth",
  ]
  static let count = 150

  static func read(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: Golden.path(name, in: .module))))
  }

  /// One to three flips, cuts, insertions or pieces moved to another place.
  static func mutate(_ bytes: [UInt8], _ generator: inout SplitMix64) -> [UInt8] {
    var bytes = bytes
    for _ in 0...Int.random(in: 0..<3, using: &generator) where !bytes.isEmpty {
      let index = Int.random(in: 0..<bytes.count, using: &generator)
      let end = min(index + Int.random(in: 1...64, using: &generator), bytes.count)
      switch Int.random(in: 0..<6, using: &generator) {
      case 0: bytes[index] = UInt8.random(in: 0...255, using: &generator)
      case 1: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      case 2: bytes.removeSubrange(index...)
      case 3: bytes.removeSubrange(index..<end)
      case 4: bytes.insert(contentsOf: [0xFF, 0xFF, 0xFF, 0x7F], at: index)
      default:
        let target = Int.random(in: 0..<bytes.count, using: &generator)
        bytes.insert(contentsOf: bytes[index..<end], at: target)
      }
    }
    return bytes
  }

  /// How many of the mutants of the file `name` are refused.
  static func refusedCount(_ name: String) throws -> Int {
    let intact = try read(name)
    var generator = SplitMix64(state: 7)
    var refused = 0
    for _ in 0..<count where complaint(mutate(intact, &generator)) != nil { refused += 1 }
    return refused
  }

  @Test(arguments: files)
  func survivesMutations(name: String) throws {
    #expect(complaint(try Self.read(name)) == nil)
    #expect(try Self.refusedCount(name) > Self.count / 4)
  }

  @Test(arguments: [
    "sharded-safetensors/model.safetensors.index.json", "sharded-bin/pytorch_model.bin.index.json",
  ])
  func survivesMutationsOfAnIndex(name: String) throws {
    let folder = try TemporaryFolder()
    let source = URL(fileURLWithPath: Golden.path(name, in: .module))
    for part in try FileManager.default.contentsOfDirectory(
      at: source.deletingLastPathComponent(), includingPropertiesForKeys: nil)
    {
      try FileManager.default.copyItem(
        at: part, to: folder.url.appending(path: part.lastPathComponent))
    }
    let intact = try Self.read(name)
    var generator = SplitMix64(state: 8)
    var refused = 0
    for _ in 0..<Self.count {
      let path = try folder.write(Self.mutate(intact, &generator), to: "mutant.index.json")
      do throws(WeightsError) {
        let checkpoint = try Checkpoint(path: path)
        for key in checkpoint.keys { _ = try checkpoint.tensor(key) }
      } catch { refused += 1 }
    }
    #expect(refused > Self.count / 4)
  }

  @Test func mutationsTakeLittleMemory() async {
    await #expect(processExitsWith: .success) {
      let before = peakResidentByteCount
      for name in MutationTests.files { _ = try MutationTests.refusedCount(name) }
      let growth = (peakResidentByteCount - before) >> 20
      precondition(growth < 64, "\(growth) MiB")
    }
  }
}
