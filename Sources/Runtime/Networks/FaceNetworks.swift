import Compute
import Face
import Weights

private typealias Axis = TensorSpecification.Axis

/// The face detector of MuseTalk, alone: a picture to scores and boxes on six grids.
struct S3FDDetector: CatalogedNetwork {
  let name = "s3fd"
  let summary = "S3FD, MuseTalk's face detector: picture to scores and boxes of six grids"
  let publishedSizes = ["H": 720, "W": 1280]

  func open(_ source: NetworkSource?) throws -> OpenedNetwork {
    let weights =
      try source?.checkpoint(
        ["s3fd-619a316812.pth", "s3fd.pth", "s3fd.safetensors"], embedded: nil
      ).weights(with: "conv1_1.weight")
      ?? .random()
    let network = try S3FD(
      weights, configuration: source == nil ? .published : .init(detectedIn: weights))
    try weights.requireAllConsumed()
    let least = S3FD.minimumSize
    return OpenedNetwork(
      inputs: [
        .init(
          "image", ["B", 3, .atLeast(least, "H"), .atLeast(least, "W")],
          "RGB from 0 to 255, less (104, 117, 123)")
      ],
      outputs: (1...6).flatMap { level in
        let (cells, stride) = (["h\(level)", "w\(level)"].map(Axis.free), 2 << level)
        return [
          TensorSpecification(
            "cls\(level)", ["B", 2] + cells, "background, face; stride \(stride)"),
          TensorSpecification("reg\(level)", ["B", 4] + cells, "box against anchor"),
        ]
      },
      parameters: weights.parameters
    ) { shapes in
      let recorder = PlanRecorder(name: name)
      for (index, level) in network(recorder.input("image", shapes["image"]!)).enumerated() {
        recorder.output("cls\(index + 1)", level.scores)
        recorder.output("reg\(index + 1)", level.boxes)
      }
      return recorder.finish()
    }
  }
}

/// The face parser of MuseTalk, alone: a picture to the parts of a head.
struct BiSeNetParser: CatalogedNetwork {
  let name = "bisenet"
  let summary = "BiSeNet, MuseTalk's face parser: picture to logits of 19 parts of a head"
  let publishedSizes = ["H": 512, "W": 512]

  func open(_ source: NetworkSource?) throws -> OpenedNetwork {
    let weights =
      try source?.checkpoint(["79999_iter.pth", "bisenet.safetensors"], embedded: nil)
      .weights(with: "cp.resnet.conv1.weight") ?? .random()
    let configuration =
      try source == nil ? .published : BiSeNet.Configuration(detectedIn: weights)
    let network = try BiSeNet(weights, configuration: configuration)
    try weights.requireAllConsumed(ignoring: BiSeNet.ignoredKeys)
    return OpenedNetwork(
      inputs: [
        .init(
          "image", ["B", 3, "H", "W"],
          "RGB, (x / 255 - mean) / deviation with ImageNet's numbers; trained at 512 x 512")
      ],
      outputs: [
        .init("logits", ["B", .fixed(configuration.classes), "H", "W"], "before softmax")
      ],
      parameters: weights.parameters
    ) { shapes in
      let recorder = PlanRecorder(name: name)
      recorder.output("logits", network(recorder.input("image", shapes["image"]!)))
      return recorder.finish()
    }
  }
}

/// The landmark finder of MuseTalk, alone: a picture of a person to the scores of 133 keypoints.
struct DWPose: CatalogedNetwork {
  let name = "dwpose"
  let summary = "DWPose (RTMPose-l), MuseTalk's landmark finder: picture to scores of 133 keypoints"

  func open(_ source: NetworkSource?) throws -> OpenedNetwork {
    let file = try source?.checkpoint(
      ["dw-ll_ucoco_384.pth", "dwpose.safetensors"], embedded: nil)
    let weights = file.map { RTMPose.network(in: $0.weights) } ?? .random()
    let configuration =
      try source == nil ? .wholeBodyLarge : RTMPose.Configuration(detectedIn: weights)
    let network = try RTMPose(weights, configuration: configuration)
    try weights.requireAllConsumed(ignoring: RTMPose.ignoredKeys)
    let keypoints = Axis.fixed(configuration.keypoints)
    return OpenedNetwork(
      inputs: [
        .init(
          "image",
          ["B", 3, .fixed(configuration.imageHeight), .fixed(configuration.imageWidth)],
          "RGB, (x - mean) / deviation with ImageNet's numbers")
      ],
      outputs: [
        .init("simcc_x", ["B", keypoints, .fixed(configuration.binsX)], "logits of half pixels"),
        .init("simcc_y", ["B", keypoints, .fixed(configuration.binsY)], "logits of half pixels"),
      ],
      parameters: weights.parameters
    ) { shapes in
      let recorder = PlanRecorder(name: name)
      let scores = network(recorder.input("image", shapes["image"]!))
      recorder.output("simcc_x", scores.x)
      recorder.output("simcc_y", scores.y)
      return recorder.finish()
    }
  }
}
