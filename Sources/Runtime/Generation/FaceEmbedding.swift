import Compute
import Face
import Foundation
import Imaging
import Media
import MediaTypes
import Weights

/// Who a face belongs to, as a face network tells it: numbers of length 1.
struct FaceEmbedding {
  let values: [Float]
  /// Where it is from, for messages.
  let origin: String

  /// Whether the name is that of a file of tensors.
  static func isFile(_ path: String) -> Bool {
    ["safetensors", "pt", "pth", "bin", "ipadpt"].contains(
      FilePath.pathExtension(of: path).lowercased())
  }

  /// Reads the tensor `embedding`, or the only one, which may have more axes of length 1.
  ///
  /// - Throws: `WeightsError`; `RuntimeError`, 65, for a file with other tensors.
  init(path: String) throws {
    let origin = "--ip-adapter-image \(path)"
    let checkpoint = try Checkpoint(path: path)
    let keys = checkpoint.keys
    guard let key = keys.contains("embedding") ? "embedding" : keys.count == 1 ? keys[0] : nil
    else {
      throw RuntimeError.badInput(
        "\(origin): holds \(keys.count) tensors and none called embedding: save one, "
          + "{\"embedding\": tensor}")
    }
    let tensor = try checkpoint.tensor(key)
    guard tensor.shape.dropLast().allSatisfy({ $0 == 1 }) else {
      throw RuntimeError.badInput(
        "\(origin): its shape is \(tensor.shape): save one face's embedding, [1, 512]")
    }
    try self.init(tensor.values, origin: origin)
  }

  /// Looks at `face` with the network in the file `network`.
  ///
  /// - Throws: `WeightsError`; `RuntimeError`, 65, for a network that gives nothing.
  init(of face: FoundFace, by network: String, device: any Device) throws {
    let checkpoint = try FaceRecognition.checkpoint(path: network)
    let recognition = try FaceRecognition(checkpoint.weights, device: device)
    try self.init(
      recognition.embedding(in: face.picture, landmarks: face.landmarks),
      origin: "--face-network \(network)")
  }

  private init(_ values: [Float], origin: String) throws {
    let length = values.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
    guard length.isFinite, length > 0 else {
      throw RuntimeError.badInput("\(origin): gives no face's numbers (their length is \(length))")
    }
    self.values = values.map { Float(Double($0) / length) }
    self.origin = origin
  }
}

/// The largest face of a picture.
struct FoundFace {
  let picture: BytePicture
  let landmarks: Landmarks

  /// `origin` names what looks for it in messages.
  ///
  /// - Throws: `RuntimeError`, 65, where there is none.
  init(in picture: RGBPicture, origin: String, device: any Device) throws {
    let track = try FaceTracker.track(
      still: picture.frame(), detector: FrontalFaceDetector(),
      landmarks: MiniModel("mini").landmarks(device: device))
    guard let found = track[0] else {
      throw RuntimeError.badInput(
        "\(origin): no face was found in the picture that it looks at: name one with an upright face seen "
          + "from the front with --ip-adapter-image")
    }
    self.picture = BytePicture(
      width: picture.width, height: picture.height, channels: 3, samples: picture.samples)
    landmarks = found.landmarks
  }

  /// The face alone, aligned as FaceID-Plus was trained to see it, in RGB.
  func close() throws -> RGBPicture {
    let size = 224
    guard let face = FaceRecognition.aligned(picture, landmarks: landmarks, size: size) else {
      throw FaceError.notFinite
    }
    return RGBPicture(width: size, height: size, samples: face.samples)
  }
}
