import Compute
import Face
import Foundation
import MediaTypes
import ModelStore
import Weights

/// Where DWPose lies, which sees people's poses.
struct PoseNetwork {
  let path: String
  private let source: NetworkSource

  /// At `given`, else that of an installed MuseTalk.
  ///
  /// - Throws: `RuntimeError`: 66 where nothing is there, 69 where none is installed.
  init(_ given: String?) throws {
    if let given, !FileManager.default.fileExists(atPath: given) {
      throw RuntimeError.missing("--pose-network \(given): no such file: check the path")
    }
    guard let path = given ?? Self.installed else {
      throw RuntimeError.notInstalled(
        "--control pose: DWPose sees poses, and is not installed: name dw-ll_ucoco_384.pth with "
          + "--pose-network, or install a model that has it, such as musetalk-1.5")
    }
    (self.path, source) = (path, .path(path))
  }

  private static var installed: String? {
    let models = ModelTable.models.filter { !$0.isEmbedded }.map(\.name)
    return models.lazy.compactMap { try? ModelStore.locate($0).weights(.landmarks) }.first
  }

  /// What should be known about the weights that were read so far; one line each.
  var warnings: [String] { source.warnings }

  func finder(device: any Device) throws -> WholeBodyLandmarkFinder {
    let weights = RTMPose.network(
      in: try source.checkpoint(["dw-ll_ucoco_384.pth"], embedded: nil).weights)
    let network = try RTMPose(weights, configuration: .init(detectedIn: weights))
    try weights.requireAllConsumed(ignoring: RTMPose.ignoredKeys)
    return try WholeBodyLandmarkFinder(network, refines: true, device: device)
  }
}
