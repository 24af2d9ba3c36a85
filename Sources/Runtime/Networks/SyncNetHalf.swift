import Compute
import LipSync
import Weights

/// One half of SyncNet, alone: `syncnet-audio` or `syncnet-video`.
struct SyncNetHalf: CatalogedNetwork {
  static let audio = SyncNetHalf(half: .sound)
  static let video = SyncNetHalf(half: .pictures)
  let half: SyncNet.Half

  private var isSound: Bool { half == .sound }
  var name: String { isSound ? "syncnet-audio" : "syncnet-video" }
  var summary: String {
    "SyncNet, the judge of lip-sync: \(isSound ? "MFCCs" : "five frames") to an embedding"
  }

  func open(_ source: NetworkSource?) throws -> OpenedNetwork {
    let weights =
      try source?.checkpoint(["syncnet_v2.model", "syncnet.safetensors"], embedded: nil).weights
      ?? .random()
    let network = try SyncNet(weights, half: half)
    try weights.requireAllConsumed(ignoring: half.ignoredKeys)
    let input = isSound ? "mfcc" : "frames"
    let meaning =
      isSound ? "13 coefficients, 20 steps of 10 ms" : "BGR from 0 to 255, five frames of 1/25 s"
    return OpenedNetwork(
      inputs: [.init(input, ["B"] + half.inputShape.map { .fixed($0) }, meaning)],
      outputs: [.init("embedding", ["B", .fixed(network.width)], "compared by distance")],
      parameters: weights.parameters
    ) { shapes in
      let recorder = PlanRecorder(name: name)
      recorder.output("embedding", network(recorder.input(input, shapes[input]!)))
      return recorder.finish()
    }
  }
}
