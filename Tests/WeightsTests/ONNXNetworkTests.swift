import Compute
import MediaTypes
import Testing

@testable import Weights

@Suite struct ONNXNetworkTests {
  private static let floats: [UInt8] = [0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0]

  private static func tensor(
    name: String = "w", shape: [UInt64] = [2], type: UInt64 = 1, raw: [UInt8] = floats,
    field: UInt64 = 9
  ) -> ProtobufBytes {
    shape.reduce(ProtobufBytes()) { $0.number(1, $1) }.number(2, type).text(8, name)
      .message(field, raw)
  }

  private static func model(_ graph: ProtobufBytes) -> [UInt8] {
    ProtobufBytes().number(1, 6).text(2, "pytorch").message(7, graph.bytes).bytes
  }

  private static let node = ProtobufBytes().text(1, "x").text(1, "w").text(2, "y").text(4, "Conv")
    .message(5, ProtobufBytes().text(1, "strides").message(8, [2, 2]).bytes)
    .message(5, ProtobufBytes().text(1, "group").number(3, 1).bytes)
    .message(5, ProtobufBytes().text(1, "alpha").raw([0x15, 0, 0, 0, 0x40]).bytes)

  private func network(_ bytes: [UInt8]) throws -> (ONNXNetwork, [Float]) {
    try withGuardedBytes(bytes) { region in
      let network = try ONNXNetwork(ByteRegion(staticBytes: region), "model.onnx")
      let values = try network.weightNames.flatMap {
        try network.checkpoint([$0: $0]).tensor($0).values
      }
      return (network, values)
    }
  }

  @Test func `operations and weights are read, as raw data and as listed numbers`() throws {
    for field in [UInt64(9), 4] {
      let graph = ProtobufBytes().message(1, Self.node.bytes)
        .message(5, Self.tensor(field: field).bytes)
        .message(11, ProtobufBytes().text(1, "x").bytes)
        .message(11, ProtobufBytes().text(1, "w").bytes)
        .message(12, ProtobufBytes().text(1, "y").bytes)
      let (network, values) = try network(Self.model(graph))
      #expect(network.inputs == ["x"] && network.outputs == ["y"])
      #expect(network.nodes.map(\.kind) == ["Conv"] && network.nodes[0].inputs == ["x", "w"])
      #expect(network.nodes[0].integers == ["strides": [2, 2], "group": [1]])
      #expect(network.nodes[0].numbers == ["alpha": 2])
      #expect(network.shape("w") == [2] && values == [1, -2])
    }
  }

  static let hostile: [HostileFile] = [
    .init(
      what: "LFS pointer", bytes: Array("version https://git-lfs.github.com/spec/v1\n".utf8),
      saying: "git-LFS"),
    .init(what: "web page", bytes: Array("<!DOCTYPE html>".utf8), saying: "web page"),
    .init(what: "text", bytes: Array("not found, sorry".utf8), saying: "text"),
    .init(what: "no graph", bytes: [8, 6, 0x12, 1, 0x61], saying: "without a network"),
    .init(
      what: "huge length",
      bytes: ProtobufBytes().number(1, 6).message(7, [1], count: 1 << 40).bytes,
      saying: "do not end"),
    .init(
      what: "length beyond all",
      bytes: ProtobufBytes().number(1, 6).message(7, [1], count: .max)
        .bytes, saying: "do not end"),
    .init(
      what: "endless number",
      bytes: [8, 6, 0x3A] + [UInt8](repeating: 0xFF, count: 40), saying: "do not end"),
    .init(what: "group", bytes: [8, 6, 0x3A, 1, 0x0B], saying: "do not end"),
    .init(
      what: "more values than the shape",
      bytes: model(
        ProtobufBytes().message(5, tensor(shape: [1]).bytes)), saying: "8 bytes for [1]"),
    .init(
      what: "shape beyond Int",
      bytes: model(
        ProtobufBytes().message(5, tensor(shape: [1 << 62, 1 << 62]).bytes)),
      saying: "8 bytes for"),
    .init(
      what: "negative shape",
      bytes: model(
        ProtobufBytes().message(5, tensor(shape: [.max]).bytes)), saying: "8 bytes for [-1]"),
    .init(
      what: "strings", bytes: model(ProtobufBytes().message(5, tensor(type: 8).bytes)),
      saying: "ONNX's type 8"),
    .init(
      what: "another file",
      bytes: model(
        ProtobufBytes().message(5, tensor().number(14, 1).bytes)), saying: "lies in another file"),
    .init(
      what: "one name twice",
      bytes: model(
        ProtobufBytes().message(5, tensor().bytes).message(5, tensor().bytes)),
      saying: "two weights"),
    .init(
      what: "no values", bytes: model(ProtobufBytes().message(5, tensor(field: 5).bytes)),
      saying: "not read"),
  ]

  @Test(arguments: hostile) func `damaged and other files are refused`(file: HostileFile) {
    let error = #expect(throws: WeightsError.self) { try network(file.bytes) }
    #expect(error?.exitCode == .badInput)
    #expect(error?.description.contains(file.saying) == true, "\(error?.description ?? "")")
    #expect(error?.description.contains("\n") == false)
  }

  @Test func `fields of eight bytes without end are passed over in a loop`() throws {
    let fixed = [UInt8](repeating: 0x09, count: 9 * 200_000)
    let (network, _) = try network([8, 6] + [0x3A, 0] + fixed)
    #expect(network.nodes.isEmpty)
  }

  @Test func `a checkpoint is wanted, not a network`() {
    let bytes = Self.model(ProtobufBytes().message(5, Self.tensor().bytes))
    #expect(complaint(bytes)?.contains("ONNX network") == true)
  }
}
