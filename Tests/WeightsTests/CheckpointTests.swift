import Compute
import MediaTypes
import TestSupport
import Testing

@testable import Weights

/// A safetensors file of `header` and `data`, intact or not.
func file(header: String, data: [UInt8] = []) -> [UInt8] {
  withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian, Array.init) + header.utf8 + data
}

@Suite struct CheckpointTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  func open(_ bytes: [UInt8]) throws -> Checkpoint {
    try Checkpoint(path: folder.write(bytes, to: "model.safetensors"))
  }

  @Test(
    arguments: [
      ("F32", [0, 0, 0xC0, 0x3F, 0, 0, 0, 0xC0], [1.5, -2]),
      ("F16", [0x00, 0x3E, 0x00, 0xC0, 0x01, 0x00, 0xFF, 0x7B], [1.5, -2, 0x1p-24, 65504]),
      ("BF16", [0xC0, 0x3F, 0x00, 0xC0], [1.5, -2]),
      ("F64", [0, 0, 0, 0, 0, 0, 0xF8, 0x3F], [1.5]),
      ("I64", [0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], [-2]),
      ("I32", [0xFE, 0xFF, 0xFF, 0xFF], [-2]),
      ("I16", [0xFE, 0xFF], [-2]),
      ("I8", [0xFE], [-2]),
      ("U8", [0xFE, 3], [254, 3]),
      ("BOOL", [1, 0], [1, 0]),
    ] as [(String, [UInt8], [Float])])
  func readsEveryType(type: String, bytes: [UInt8], expected: [Float]) throws {
    let header =
      #"{"t":{"dtype":"\#(type)","shape":[\#(expected.count)],"data_offsets":[0,\#(bytes.count)]}}"#
    #expect(try open(file(header: header, data: bytes)).tensor("t").values == expected)
  }

  @Test(arguments: [0, 3]) func convertsEveryHalf(skipped: Int) throws {
    let bytes = (0...UInt16.max).flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
    let values = converted(Array(bytes.dropFirst(2 * skipped)), .float16)
    #expect(values.count == 0x1_0000 - skipped)
    for (index, value) in values.enumerated() {
      let expected = Float(Float16(bitPattern: UInt16(index + skipped)))
      #expect(value.isNaN ? expected.isNaN : value.bitPattern == expected.bitPattern)
    }
  }

  /// Python: `torch.arange(256, dtype=torch.uint8).view(torch.float8_e4m3fn).float()`.
  @Test func convertsEightBits() {
    let bytes: [UInt8] = [0x00, 0x01, 0x08, 0x38, 0x39, 0x7E, 0x7F, 0xB8, 0xFF]
    let e4m3 = converted(bytes, .float8e4m3)
    #expect(e4m3.prefix(6) == [0, 0x1p-9, 0x1p-6, 1, 1.125, 448])
    #expect(e4m3[6].isNaN && e4m3[7] == -1 && e4m3[8].isNaN)
    let e5m2 = converted([0x01, 0x3C, 0x7B, 0x7C, 0xBC], .float8e5m2)
    #expect(e5m2 == [0x1p-16, 1, 57344, .infinity, -1])
  }

  func converted(_ bytes: [UInt8], _ type: ElementType) -> [Float] {
    let count = bytes.count / type.byteCount
    return [Float](unsafeUninitializedCapacity: count) { buffer, initializedCount in
      bytes.withUnsafeBytes { type.convert($0, to: buffer) }
      initializedCount = count
    }
  }

  @Test func writesWhatItReads() throws {
    let tensors = [
      "a \"quoted\" näme": HostTensor(shape: [2, 3], values: [1, 2, 3, 4, 5, -6]),
      "scalar": HostTensor(shape: [], values: [7]), "none": HostTensor(shape: [0, 4], values: []),
    ]
    let path = folder.file("out.safetensors")
    try SafetensorsWriter.write(tensors, metadata: ["made\nby": "test"], to: path)
    let read = try Checkpoint(path: path)
    #expect(read.metadata == ["made\nby": "test"])
    #expect(read.keys == tensors.keys.sorted())
    for (key, tensor) in tensors { #expect(try read.tensor(key) == tensor) }
    let encoded = SafetensorsWriter.encode(tensors, metadata: ["made\nby": "test"])
    let again = try open(encoded)
    #expect(try again.tensor("scalar").values == [7])
  }

  @Test func keepsAnExistingFile() throws {
    let path = try folder.write([1, 2], to: "there")
    #expect(throws: WeightsError.self) { try SafetensorsWriter.write([:], to: path) }
    try SafetensorsWriter.write([:], to: path, replacing: true)
    #expect(try Checkpoint(path: path).keys == [])
  }

  @Test func writingNeedsAPlace() {
    let error = #expect(throws: WeightsError.self) {
      try SafetensorsWriter.write([:], to: "/nowhere/at/all")
    }
    #expect(error?.exitCode == .cannotCreateOutput)
  }

  @Test func readsBytesInMemory() throws {
    let bytes = SafetensorsWriter.encode(["x": HostTensor(shape: [1], values: [3])])
    try bytes.withUnsafeBytes { region in
      let checkpoint = try Checkpoint(staticBytes: region, name: "mini")
      #expect(try checkpoint.tensor("x").values == [3])
      #expect(checkpoint.info("x") == .init(type: .float32, shape: [1]))
    }
  }

  @Test func missingFileAndFolder() throws {
    let missing = #expect(throws: WeightsError.self) { try Checkpoint(path: "/no/such/file") }
    #expect(missing?.exitCode == .missingInput)
    let unreadable = #expect(throws: WeightsError.self) { try Checkpoint(path: folder.path) }
    #expect(unreadable?.exitCode == .missingInput)
  }

  @Test func warnsOfValuesThatAreNotFinite() throws {
    let checkpoint = try open(
      SafetensorsWriter.encode([
        "x": HostTensor(shape: [3], values: [.nan, 1, .infinity]),
        "y": HostTensor(shape: [1], values: [1]),
      ]))
    #expect(try checkpoint.tensor("y").values == [1])
    #expect(checkpoint.warnings == [])
    #expect(try checkpoint.tensor("x").values[2] == .infinity)
    #expect(checkpoint.warnings.count == 1)
    #expect(checkpoint.warnings[0].contains("\"x\" (2)"))
    #expect(checkpoint.warnings[0].hasPrefix(checkpoint.name))
  }

  @Test func namesWhatIsMissing() throws {
    let checkpoint = try open(SafetensorsWriter.encode([:]))
    #expect(throws: WeightsError.missing(file: checkpoint.name, key: "y")) {
      try checkpoint.tensor("y")
    }
  }
}
