import Compute
import Face
import MediaTypes
import TestSupport
import Testing
import Weights

/// One of the published face networks, made small: how it is built from a file alone, and its golden values.
struct FaceNetwork: Sendable, CustomTestStringConvertible {
  let testDescription: String
  /// Records its outputs under the names of the fixture.
  let record: @Sendable (WeightScope, Tensor) throws -> [String: Tensor]

  static let all = [
    FaceNetwork(testDescription: "s3fd") { weights, image in
      let network = try S3FD(weights, configuration: .init(detectedIn: weights))
      try weights.requireAllConsumed(ignoring: ["bn.num_batches_tracked"])
      return network(image).enumerated().reduce(into: [:]) { outputs, level in
        outputs["cls\(level.offset + 1)"] = level.element.scores
        outputs["reg\(level.offset + 1)"] = level.element.boxes
      }
    },
    FaceNetwork(testDescription: "bisenet") { weights, image in
      let network = try BiSeNet(weights, configuration: .init(detectedIn: weights))
      try weights.requireAllConsumed(ignoring: BiSeNet.ignoredKeys)
      return ["logits": network(image)]
    },
    FaceNetwork(testDescription: "rtmpose") { weights, image in
      let network = try RTMPose(weights, configuration: .init(detectedIn: weights))
      try weights.requireAllConsumed(ignoring: RTMPose.ignoredKeys)
      let scores = network(image)
      return ["simcc_x": scores.x, "simcc_y": scores.y]
    },
  ]

  func golden() throws -> Golden { try Golden("\(testDescription).safetensors", in: .module) }

  func plan(_ weights: WeightScope, image shape: [Int]) throws -> Plan {
    let recorder = PlanRecorder(name: testDescription)
    for (name, tensor) in try record(weights, recorder.input("image", shape)) {
      recorder.output(name, tensor)
    }
    return recorder.finish()
  }

  /// The fixture's weights, changed.
  func weights(
    in folder: TemporaryFolder, change: (inout [String: HostTensor]) -> Void
  ) throws -> WeightScope {
    let checkpoint = try golden().checkpoint
    var tensors: [String: HostTensor] = [:]
    for key in checkpoint.keys where key.hasPrefix("network.") && !key.hasSuffix("tracked") {
      tensors[String(key.dropFirst("network.".count))] = try checkpoint.tensor(key)
    }
    change(&tensors)
    let path = try folder.write(SafetensorsWriter.encode(tensors), to: "weights")
    return try Checkpoint(path: path).weights
  }
}

@Suite struct FaceNetworkTests {
  let folder: TemporaryFolder
  let devices: [any Device]

  init() throws {
    folder = try TemporaryFolder()
    devices = try goldenDevices()
  }

  @Test("small networks of every kind give PyTorch's values", arguments: FaceNetwork.all)
  func golden(network: FaceNetwork) throws {
    let golden = try network.golden()
    let image = try golden["image"]
    let plan = try network.plan(golden.checkpoint.weights["network"], image: image.shape)
    for device in devices {
      let outputs = try device.compile(plan, precision: .fp32).run(["image": image])
      for (name, found) in outputs {
        let comparison = Comparison(found, try golden[name])
        #expect(comparison.relativeMaximumError <= 2e-5, "\(name): \(comparison)")
      }
    }
  }

  @Test(
    "a tensor too many, one too few, and one of another shape are named", arguments: FaceNetwork.all
  )
  func otherFiles(network: FaceNetwork) throws {
    func error(_ change: (inout [String: HostTensor]) -> Void) throws -> WeightsError? {
      let weights = try network.weights(in: folder, change: change)
      return #expect(throws: WeightsError.self) {
        try network.record(weights, PlanRecorder(name: "test").input("image", [1, 3, 70, 50]))
      }
    }
    let extra = try error { $0["head.extra"] = HostTensor(shape: [1], values: [0]) }
    #expect(extra?.description.contains("\"head.extra\"") == true)
    let keys = try network.golden().checkpoint.keys.filter {
      $0.hasPrefix("network.") && !$0.contains("conv_out16") && !$0.contains("conv_out32")
        && !$0.hasSuffix("tracked")
    }.map { String($0.dropFirst("network.".count)) }
    for key in stride(from: 0, to: keys.count, by: 5).map({ keys[$0] }) {
      let missing = try error { $0[key] = nil }
      #expect(missing?.exitCode == .badInput)
      let wide = try error {
        $0[key] = HostTensor(shape: $0[key]!.shape + [1, 1, 1], values: $0[key]!.values)
      }
      #expect(wide?.description.contains("weights") == true)
      let empty = try error {
        $0[key] = HostTensor(shape: [0] + $0[key]!.shape.dropFirst(), values: [])
      }
      #expect(empty?.exitCode == .badInput)
    }
    #expect(try error { $0 = [:] }?.exitCode == .badInput)
  }

  @Test("S3FD's grids follow the picture's size, the padded ones included")
  func grids() throws {
    let weights = try FaceNetwork.all[0].golden().checkpoint.weights["network"]
    let network = try S3FD(weights, configuration: .init(detectedIn: weights))
    func sizes(_ height: Int, _ width: Int) -> [[Int]] {
      network(PlanRecorder(name: "test").input("image", [1, 3, height, width])).map {
        #expect($0.scores.shape[1] == 2 && $0.boxes.shape[1] == 4)
        return Array($0.scores.shape.dropFirst(2))
      }
    }
    #expect(sizes(32, 32) == [[8, 8], [4, 4], [2, 2], [5, 5], [3, 3], [2, 2]])
    #expect(sizes(360, 640) == [[90, 160], [45, 80], [22, 40], [15, 24], [8, 12], [4, 6]])
    #expect(sizes(63, 65) == [[15, 16], [7, 8], [3, 4], [5, 6], [3, 3], [2, 2]])
  }

  @Test("black pixels have no direction: S3FD's normalisation leaves them zero")
  func blackPicture() throws {
    let weights = try FaceNetwork.all[0].weights(in: folder) { tensors in
      for key in tensors.keys where key.hasSuffix("bias") && !key.contains("mbox") {
        tensors[key] = HostTensor(shape: tensors[key]!.shape, repeating: 0)
      }
    }
    let plan = try FaceNetwork.all[0].plan(weights, image: [1, 3, 32, 32])
    let image = HostTensor(shape: [1, 3, 32, 32], repeating: 0)
    for device in devices {
      let outputs = try device.compile(plan, precision: .fp32).run(["image": image])
      let boxes = try #require(outputs["reg1"])
      let bias = try weights.tensor("conv3_3_norm_mbox_loc.bias", shape: [4]).values()
      #expect((0..<4).allSatisfy { boxes.values[$0 * 64] == bias[$0] })
    }
  }

  @Test("negative variances are refused when the network is compiled, by name")
  func negativeVariance() throws {
    let network = FaceNetwork.all[1]
    let weights = try network.weights(in: folder) {
      $0["ffm.convblk.bn.running_var"]!.values[3] = -1
    }
    let plan = try network.plan(weights, image: [1, 3, 16, 16])
    let error = #expect(throws: ComputeError.self) {
      try ReferenceDevice().compile(plan, precision: .fp32)
    }
    #expect(error?.description.contains("\"ffm.convblk.bn.running_var\"") == true)
    #expect(error?.exitCode == .badInput)
  }

  @Test(
    "BiSeNet takes any size, down to a pixel", arguments: [[1, 1], [3, 2], [17, 40], [64, 32]])
  func smallPictures(size: [Int]) throws {
    let golden = try FaceNetwork.all[1].golden()
    let shape = [1, 3] + size
    let plan = try FaceNetwork.all[1].plan(golden.checkpoint.weights["network"], image: shape)
    let image = HostTensor(shape: shape, repeating: 0.5)
    let plain = try devices[0].compile(plan, precision: .fp32).run(["image": image])
    let fast = try devices[1].compile(plan, precision: .fp32).run(["image": image])
    let comparison = Comparison(fast["logits"]!, plain["logits"]!)
    #expect(plain["logits"]!.shape == [1, 5] + size)
    #expect(comparison.relativeMaximumError <= 1e-5, "\(comparison)")
  }
}
