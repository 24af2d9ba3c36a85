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

  /// Looks at the largest face of `picture` with the network in the file `network`.
  ///
  /// - Throws: `WeightsError`; `RuntimeError`, 65, where there is no face.
  init(of picture: RGBPicture, by network: String, device: any Device) throws {
    let checkpoint = try FaceRecognition.checkpoint(path: network)
    let recognition = try FaceRecognition(checkpoint.weights, device: device)
    let track = try FaceTracker.track(
      still: picture.frame(), detector: FrontalFaceDetector(),
      landmarks: MiniModel("mini").landmarks(device: device))
    guard let found = track[0] else {
      throw RuntimeError.badInput(
        "--ip-adapter-image: no face was found in the picture: give one with an upright face seen from "
          + "the front")
    }
    let values = try recognition.embedding(
      in: BytePicture(
        width: picture.width, height: picture.height, channels: 3, samples: picture.samples),
      landmarks: found.landmarks)
    try self.init(values, origin: "--face-network \(network)")
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
