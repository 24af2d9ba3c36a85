import Audio
import Compute
import Diffusion
import Face
import LipSync
import Motion
import Weights

extension MiniModel {
  /// The network that hears what the mouth does.
  func articulation(device: any Device) throws -> ArticulationModel {
    try ArticulationModel(
      configuration: configuration("articulation/config.json"),
      checkpoint: checkpoint("articulation/model.safetensors"), device: device)
  }

  /// The network that sees where the face is.
  func landmarks(device: any Device) throws -> LandmarkFinder {
    let weights = try checkpoint("landmarks/model.safetensors").weights
    let network = try LandmarkNetwork(
      weights,
      configuration: configuration("landmarks/config.json")
        .decode(LandmarkNetwork.Configuration.self))
    try weights.requireAllConsumed()
    return try LandmarkFinder(network, device: device)
  }

  /// The network that paints the mouth, compiled.
  func painter(device: any Device, precision: Precision) throws -> MiniPainter {
    try MiniPainter(painterNetwork(), device: device, precision: precision)
  }

  /// The network that paints the mouth.
  func painterNetwork() throws -> MiniPainterNetwork {
    try MiniPainterNetwork(
      configuration: configuration("painter/config.json"),
      unet: checkpoint("painter/diffusion_pytorch_model.safetensors"),
      embedding: checkpoint("painter/articulation_embedding.safetensors"))
  }

  /// The network that makes up how a head moves.
  func motion(device: any Device, precision: Precision) throws -> MotionGeneration {
    let weights = try checkpoint("motion/model.safetensors").weights
    let network = try MotionNetwork(
      weights, configuration: MotionConfiguration(configuration("motion/config.json")))
    return try MotionGeneration(
      network, scheduler: motionScheduler(), device: device, precision: precision)
  }

  /// How noise was added to its motions in training.
  func motionScheduler() throws -> SchedulerConfiguration {
    try SchedulerConfiguration(configuration("motion/scheduler_config.json"))
  }
}
