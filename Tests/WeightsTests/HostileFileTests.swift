import Compute
import MediaTypes
import TestSupport
import Testing

@testable import Weights

@Suite struct HostileFileTests {
  /// What the reader says about `bytes`, nil if it accepts them.
  func complaint(_ bytes: [UInt8]) throws -> String? {
    try bytes.withUnsafeBytes { region in
      do {
        _ = try Checkpoint(staticBytes: region, name: "model.safetensors")
        return nil
      } catch let error as WeightsError {
        #expect(error.exitCode == .badInput)
        #expect(!error.description.contains("\n"))
        return error.description
      }
    }
  }

  static let one = #""x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}"#
  static let eight = [UInt8](repeating: 0, count: 8)

  static func entry(_ name: String, _ type: String, _ shape: String, _ offsets: String) -> String {
    #""\#(name)":{"dtype":"\#(type)","shape":\#(shape),"data_offsets":\#(offsets)}"#
  }

  @Test(
    arguments: [
      ("nothing at all", [], "only 0 bytes"),
      ("seven bytes", [1, 2, 3, 4, 5, 6, 7], "only 7 bytes"),
      ("header of 2^60 bytes", [0, 0, 0, 0, 0, 0, 0, 0x10, 0x7B], "claims 1152921504606846976"),
      ("header beyond the file", [200, 0, 0, 0, 0, 0, 0, 0, 0x7B, 0x7D], "ends inside its header"),
      ("truncated data", file(header: "{\(one)}", data: [0, 0, 0, 0]), "ends inside tensor \"x\""),
      ("bytes at the end", file(header: "{\(one)}", data: eight + eight), "8 bytes behind"),
      ("two of a name", file(header: "{\(one),\(one)}", data: eight), "two tensors named \"x\""),
      (
        "overlap", file(header: "{\(one),\(entry("y", "F32", "[1]", "[4,8]"))}", data: eight),
        "overlaps"
      ),
      ("gap", file(header: "{\(entry("y", "F32", "[1]", "[4,8]"))}", data: eight), "unused bytes"),
      (
        "offsets backwards", file(header: "{\(entry("y", "F32", "[1]", "[8,4]"))}", data: eight),
        "does not fill"
      ),
      (
        "offsets near the end of Int",
        file(header: "{\(entry("y", "U8", "[1]", "[9223372036854775806,9223372036854775807]"))}"),
        "does not fill"
      ),
      (
        "shape whose product overflows",
        file(header: "{\(entry("y", "F32", "[4294967296,4294967296]", "[0,8]"))}", data: eight),
        "does not fill"
      ),
      (
        "a size that is not a number",
        file(header: "{\(entry("y", "F32", "[NaN]", "[0,8]"))}", data: eight), "whole number"
      ),
      (
        "a negative size", file(header: "{\(entry("y", "F32", "[-2]", "[0,8]"))}", data: eight),
        "whole number"
      ),
      (
        "a size beyond Int",
        file(header: "{\(entry("y", "F32", "[99999999999999999999]", "[0,8]"))}", data: eight),
        "too large"
      ),
      (
        "too many axes",
        file(header: "{\(entry("y", "F32", "[1,1,1,1,1,1,1,1,2]", "[0,8]"))}", data: eight),
        "more than 8"
      ),
      (
        "unknown type", file(header: "{\(entry("y", "F99", "[2]", "[0,8]"))}", data: eight),
        "unknown type \"F99\""
      ),
      (
        "wrong type for its bytes",
        file(header: "{\(entry("y", "F16", "[2]", "[0,8]"))}", data: eight),
        "does not fill"
      ),
      ("no place", file(header: #"{"x":{"dtype":"F32","shape":[2]}}"#, data: eight), "lacks"),
      ("not JSON", file(header: "hello world"), "\"{\" expected"),
      ("unfinished JSON", file(header: "{\(one)", data: eight), "\"}\" expected"),
      ("text behind the JSON", file(header: "{\(one)} x", data: eight), "text after the end"),
      ("half a surrogate", file(header: #"{"\ud800":1}"#), "half a character"),
      ("nested lists", file(header: String(repeating: "[", count: 10_000)), "\"{\" expected"),
      ("git-LFS pointer", Array("version https://git-lfs.github.com/spec/v1\noid".utf8), "git-LFS"),
      ("web page", Array("<!DOCTYPE html><html><body>Not found".utf8), "web page"),
      ("another web page", Array("<html lang=\"en\"><body>Not found".utf8), "web page"),
      ("zip", Array("PK\u{3}\u{4}".utf8) + eight, "ends early"),
      ("old pickle", [0x80, 2] + eight, "no instruction"),
    ].map(HostileFile.init))
  func refuses(_ file: HostileFile) throws {
    let complaint = try complaint(file.bytes)
    #expect(complaint?.contains(file.saying) == true, "\(file.what): \(complaint ?? "accepted")")
  }

  @Test func refusesNamesThatAreNotText() throws {
    let header = "{\(Self.one)}"
    var bytes = file(header: header, data: Self.eight)
    bytes[8 + 2] = 0xFF
    #expect(try complaint(bytes)?.contains("UTF-8") == true)
  }

  @Test func acceptsEscapesAndMetadata() throws {
    let entry = Self.entry(#"\u00e9\ud83d\ude00\n"#, "F32", "[2]", "[0,8]")
    let bytes = file(header: #"{"__metadata__":{"a":"b"}, \#(entry) } "#, data: Self.eight)
    try bytes.withUnsafeBytes { region in
      let checkpoint = try Checkpoint(staticBytes: region, name: "model")
      #expect(checkpoint.keys == ["é😀\n"])
      #expect(checkpoint.metadata == ["a": "b"])
    }
  }

  /// Whatever a damaged file says, the reader answers with an error or with tensors that lie inside it.
  @Test func survivesMutations() throws {
    let tensors = [
      "conv.weight": HostTensor(shape: [2, 3], repeating: 1), "bias": HostTensor(shape: [3]),
    ]
    let intact = SafetensorsWriter.encode(tensors, metadata: ["format": "pt"])
    var generator = SplitMix64(state: 1)
    var refused = 0
    for _ in 0..<400 {
      var bytes = intact
      for _ in 0...Int.random(in: 0..<3, using: &generator) {
        let index = Int.random(in: 0..<bytes.count, using: &generator)
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: bytes[index] = UInt8.random(in: 0...255, using: &generator)
        case 1: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        case 2: bytes.remove(at: index)
        default: bytes.insert(UInt8.random(in: 0...255, using: &generator), at: index)
        }
      }
      try bytes.withUnsafeBytes { region in
        do {
          let checkpoint = try Checkpoint(staticBytes: region, name: "mutant")
          for key in checkpoint.keys { _ = try checkpoint.tensor(key) }
        } catch is WeightsError { refused += 1 }
      }
    }
    #expect(refused > 200)
  }
}

/// A small random generator, so that a failure can be repeated.
struct SplitMix64: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var bits = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return bits ^ (bits >> 31)
  }
}

/// A file that no reader may take, and a part of what the reader says of it.
struct HostileFile: Sendable, CustomTestStringConvertible {
  let what: String
  let bytes: [UInt8]
  let saying: String
  var testDescription: String { what }
}
