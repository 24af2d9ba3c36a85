public import Compute
public import Imaging
public import Weights

// After deepinsight/insightface 0b2958e, python-package/insightface/utils/face_align.py and model_zoo/arcface_onnx.py.

/// Who a face belongs to: an aligned face looked at by ArcFace's network.
public struct FaceRecognition: Sendable {
  private let plan: any CompiledPlan
  private let size: Int

  /// The weights in the file at `path`: insightface's ONNX networks, such as `w600k_r50.onnx`, or its checkpoints of PyTorch.
  ///
  /// - Throws: `WeightsError`.
  public static func checkpoint(path: String) throws(WeightsError) -> Checkpoint {
    guard try ONNXNetwork.isFile(path) else { return try Checkpoint(path: path) }
    return try IResNetGraph.checkpoint(of: ONNXNetwork(path: path))
  }

  /// - Throws: `WeightsError`, `ComputeError`.
  public init(_ weights: WeightScope, device: any Device, precision: Precision = .fp32) throws {
    let network = try IResNet(weights)
    try weights.requireAllConsumed(ignoring: IResNet.ignoredKeys)
    size = network.inputSize
    let recorder = PlanRecorder(name: "face recognition")
    recorder.output("embedding", network(recorder.input("image", [1, 3, size, size])))
    plan = try device.compile(recorder.finish(), precision: precision)
  }

  /// The embedding of the face with these landmarks, of any length.
  ///
  /// - Throws: `FaceError.notFinite`, `ComputeError`.
  public func embedding(in picture: BytePicture, landmarks: Landmarks) throws -> [Float] {
    guard let aligned = Self.aligned(picture, landmarks: landmarks, size: size) else {
      throw FaceError.notFinite
    }
    let plane = size * size
    var values = [Float](repeating: 0, count: 3 * plane)
    for (index, sample) in aligned.samples.enumerated() {
      values[index % 3 * plane + index / 3] = (Float(sample) - 127.5) / 127.5
    }
    let image = HostTensor(shape: [1, 3, size, size], values: values)
    return try plan.run(["image": image])["embedding"]!.values
  }

  /// Where eyes, nose and the mouth's corners belong in a face of 112 x 112 pixels, counted from the centre of the first.
  static let template = [
    Point(38.2946, 51.6963), Point(73.5318, 51.5014), Point(56.0252, 71.7366),
    Point(41.5493, 92.3655), Point(70.7299, 92.2041),
  ]

  /// The face turned upright and scaled so that five of its landmarks lie nearest to the template; nil where they leave it undetermined.
  ///
  /// What lies outside the picture is black.
  public static func aligned(
    _ picture: BytePicture, landmarks: Landmarks, size: Int
  ) -> BytePicture? {
    let found = [
      landmarks.leftEye, landmarks.rightEye, landmarks[4], landmarks[8], landmarks[9],
    ]
    // Landmarks count from the edge of the first pixel.
    let centered = found.map { Point($0.x - 0.5, $0.y - 0.5) }
    let targets = template.map { $0 * (Double(size) / 112) }
    guard let fit = Similarity.fitting(centered, to: targets) else { return nil }
    return picture.warped(fit.inverse, width: size, height: size)
  }
}
