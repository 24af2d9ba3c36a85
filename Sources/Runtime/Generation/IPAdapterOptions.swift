import Foundation
import MediaTypes

/// What `generate` is told of an image prompt.
public struct IPAdapterOptions: Sendable, Equatable {
  /// The adapter's file.
  public var adapter: String?
  /// The picture that is looked at, or a file with a face's embedding.
  public var picture: String?
  /// How much it counts.
  public var scale = 1.0
  /// CLIP's picture encoder; nil: `image_encoder` beside the adapter.
  public var encoder: String?
  /// The network that makes embeddings of faces, for FaceID.
  public var faceNetwork: String?

  public init() {}

  public static let scaleRange = 0.0...10.0

  /// Refuses what belongs to an adapter where there is none: `RuntimeError`, 64.
  func check() throws {
    guard adapter == nil else { return try checkFaceNetwork() }
    let parts = [("--ip-adapter-image", picture), ("--face-network", faceNetwork)]
    guard scale == 1 else {
      throw RuntimeError.usage("--ip-adapter-scale \(scale): needs --ip-adapter")
    }
    guard let (option, value) = parts.first(where: { $0.1 != nil }) else { return }
    throw RuntimeError.usage("\(option) \(value ?? ""): needs --ip-adapter")
  }

  private func checkFaceNetwork() throws {
    if let faceNetwork, !FileManager.default.fileExists(atPath: faceNetwork) {
      throw RuntimeError.missing("--face-network \(faceNetwork): no such file: check the path")
    }
  }
}
