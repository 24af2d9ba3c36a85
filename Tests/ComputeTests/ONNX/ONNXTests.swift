import Foundation
import TestSupport
import Testing

@testable import Compute

@Suite struct ONNXTests {
  let folder: TemporaryFolder
  var path: String { folder.file("model.onnx") }
  var files: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() }
  }

  init() throws { folder = try TemporaryFolder() }

  /// y = relu(x w + b), x [1, 2], y [1, 3].
  private var small: Plan {
    let recorder = PlanRecorder(name: "small")
    let weight = Constant(ramp([3, 2], first: 1))
    let bias = Constant(HostTensor(shape: [3], values: [0.5, 0, -2]))
    let y = recorder.input("x", [1, 2]).linear(weight: weight, bias: bias).activation(.relu)
    recorder.output("y", y)
    return recorder.finish()
  }

  /// What the Python package onnx 1.23 makes of the same network, but for the place of the weights (last).
  private let smallBytes = """
    0808120661766174617242040a0010113ac4020a3e0a01780a0f6c696e65\
    61725f305f776569676874120f6c696e6561725f305f4d61744d756c1a0f\
    6c696e6561725f305f4d61744d756c22064d61744d756c0a3d0a0f6c696e\
    6561725f305f4d61744d756c0a0d6c696e6561725f305f6269617312086c\
    696e6561725f301a0c6c696e6561725f305f41646422034164640a200a08\
    6c696e6561725f301201791a0b72656c755f315f52656c75220452656c75\
    1205736d616c6c5a130a0178120e0a0c080112080a0208010a0208026213\
    0a0179120e0a0c080112080a0208010a0208036a1a0a086c696e6561725f\
    30120e0a0c080112080a0208010a0208032a31080208031001420f6c696e\
    6561725f305f7765696768744a180000803f000040400000a04000000040\
    000080400000c0402a2108031001420d6c696e6561725f305f626961734a\
    0c0000003f00000000000000c0
    """

  @Test("the bytes of a small network")
  func bytes() throws {
    let file = try small.writeONNX(to: path)
    let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    #expect(bytes.map { String(format: "%02x", $0) }.joined() == smallBytes)
    let expected = ONNXFile(
      path: path, weightsPath: nil, nodeCount: 3, byteCount: smallBytes.count / 2)
    #expect(file == expected)
    #expect(try files == ["model.onnx"])
  }

  @Test("whole networks: names, shapes, kinds of nodes and every weight")
  func networks() throws {
    let painter = TestNetwork.painter(widths: [16, 32, 48, 64], size: 64, batch: 2)
    let encoder = TestNetwork.encoder(width: 48, layers: 2, heads: 3, frames: 60)
    for plan in [painter, encoder] {
      let file = try plan.writeONNX(to: path, replacing: true)
      let model = try ReadModel(path: path)
      #expect(model.defects == [])
      #expect(model.formatVersion == [8] && model.operatorSets == [17])
      #expect(model.name == [plan.name] && model.nodes.count == file.nodeCount)
      #expect(model.inputs == shapes(plan.signature.inputs))
      #expect(model.outputs == shapes(plan.signature.outputs))
      #expect(model.values.count == plan.nodes.count - plan.outputs.count)
      let counts = model.nodes.reduce(into: [:]) { $0[$1.type, default: 0] += 1 }
      let kinds = plan.operatorCounts
      #expect(counts["Conv"] == kinds["convolution"])
      #expect(counts["InstanceNormalization"] == kinds["group norm"])
      #expect(counts["LayerNormalization"] == kinds["layer norm"])
      #expect(counts["Softmax"] == kinds["attention"])
      #expect(counts["MatMul"] == kinds["linear"]! + 2 * kinds["attention"]!)
      let weights = model.tensors.filter { $0.key.hasSuffix("weight") || $0.key.hasSuffix("bias") }
      #expect(
        weights.count == plan.constants.count - (kinds["add"] == nil ? 0 : constantAddends(plan)))
    }
  }

  private func shapes(_ ports: [PlanSignature.Port]) -> [String: [Int]] {
    Dictionary(uniqueKeysWithValues: ports.map { ($0.name, $0.shape) })
  }

  /// Constants that are added, not multiplied with: they are no operator's weight.
  private func constantAddends(_ plan: Plan) -> Int {
    plan.nodes.count {
      $0.kind == .arithmetic(.add) && $0.inputs.contains { plan.constants[$0] != nil }
    }
  }

  @Test("every operator becomes nodes whose names and sizes fit", arguments: operatorCases)
  func operators(operation: OperatorCase) throws {
    _ = try operation.plan.writeONNX(to: path)
    let model = try ReadModel(path: path)
    #expect(model.defects == [])
    #expect(model.outputs == ["result": operation.plan.signature.outputs[0].shape])
    let isIdentifier = { (name: String) in
      name.isEmpty
        || name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
    }
    #expect(model.tensorNames.allSatisfy(isIdentifier))
    #expect(
      model.nodes.allSatisfy { ($0.outputs + $0.inputs + [$0.name]).allSatisfy(isIdentifier) })
  }

  @Test("asymmetric padding, dilation, groups and strides as ONNX has them")
  func convolution() throws {
    let recorder = PlanRecorder(name: "net")
    let padding = Padding(top: 1, left: 2, bottom: 3, right: 4)
    let y = recorder.input("x", [2, 4, 9, 9]).conv2d(
      weight: weight([6, 2, 3, 2]), stride: 2, padding: padding, dilation: 3, groups: 2)
    recorder.output("y", y)
    _ = try recorder.finish().writeONNX(to: path)
    let node = try ReadModel(path: path).nodes[0]
    #expect(node.type == "Conv" && node.inputs.count == 2 && node.outputs == ["y"])
    #expect(
      node.integers == [
        "dilations": [3, 3], "group": [2], "kernel_shape": [3, 2], "pads": [1, 2, 3, 4],
        "strides": [2, 2],
      ])
  }

  @Test("large weights go into a second file, each at a multiple of a page; small ones stay")
  func weightsOutside() throws {
    let recorder = PlanRecorder(name: "net")
    let (large, other) = (noise([40, 30], seed: 3), noise([1500], seed: 4))
    let y = recorder.input("x", [2, 30]).linear(
      weight: Constant(large), bias: Constant(ramp([40])))
    recorder.output("y", y.slice(axis: 1, 0..<1) * recorder.constant(Constant(other)))
    let plan = recorder.finish()
    let file = try plan.writeONNX(to: path, largestWeightsInside: 1000)
    #expect(try files == ["model.onnx", "model.onnx.data"])
    #expect(file.weightsPath == path + ".data")
    let model = try ReadModel(path: path)
    let data = try [UInt8](Data(contentsOf: URL(fileURLWithPath: path + ".data")))
    #expect(model.defects == [] && data.count == 8192 + 6000)
    let weight = try #require(model.tensors["linear_0_weight"])
    #expect(weight.place == ["location": "model.onnx.data", "offset": "0", "length": "4800"])
    #expect(weight.shape == [30, 40] && weight.bytes.isEmpty)
    let transposed = (0..<1200).map { large.values[$0 % 40 * 30 + $0 / 40] }
    #expect(floats(data, 0, 1200) == transposed)
    let constant = try #require(model.tensors["multiply_2_constant"])
    #expect(constant.place["offset"] == "8192" && floats(data, 8192, 1500) == other.values)
    #expect(model.tensors["linear_0_bias"]?.floats == ramp([40]).values)
    let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
    #expect(file.byteCount == data.count + (size ?? 0))
  }

  private func floats(_ data: [UInt8], _ start: Int, _ count: Int) -> [Float] {
    ReadModel.Tensor(
      shape: [count], type: 1, place: [:], bytes: Array(data[start..<(start + 4 * count)])
    ).floats
  }

  @Test("inputs and weights as outputs, an output twice, names that are taken")
  func unusualPlans() throws {
    let recorder = PlanRecorder(name: "unusual")
    let (x, _) = (recorder.input("x", [1, 2]), recorder.input("affine_0", [4]))
    let constant = recorder.constant(Constant(ramp([2])))
    let y = x.affine(scale: 2)
    _ = y.activation(.silu)
    recorder.output("constant", constant)
    recorder.output("y", y)
    recorder.output("again", y)
    recorder.output("x", x)
    recorder.output("renamed", recorder.input("unread", [3]))
    recorder.output("same", x.affine())
    _ = try recorder.finish().writeONNX(to: path)
    let model = try ReadModel(path: path)
    #expect(model.defects == [])
    #expect(model.inputs == ["x": [1, 2], "affine_0": [4], "unread": [3]])
    #expect(model.outputs.keys.sorted() == ["again", "constant", "renamed", "same", "x", "y"])
    #expect(model.nodes.map(\.type) == ["Mul", "Identity", "Identity", "Identity", "Identity"])
    #expect(model.nodes.allSatisfy { $0.type != "Identity" || $0.inputs != $0.outputs })
  }
}
