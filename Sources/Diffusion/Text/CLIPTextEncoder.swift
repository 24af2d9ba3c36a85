public import Compute
import Layers
public import Weights

// After transformers 5.24, models/clip/modeling_clip.py.

/// CLIP's text encoder: embedded tokens to states that a UNet attends to (Radford and others, 2021).
public struct CLIPTextEncoder: Sendable {
  public let configuration: CLIPTextConfiguration
  private let positions: Constant
  private let layers: [CLIPLayer]
  private let norm: LayerNorm

  /// Tensors of published files that say nothing: an index that old versions stored.
  public static let ignoredKeys = ["embeddings.position_ids", "text_model.embeddings.position_ids"]

  /// Takes the encoder's tensors, under transformers' names (`text_model.…` or without that), from `weights`.
  ///
  /// - Throws: `WeightsError.missing` or `.shape`.
  public init(
    _ weights: WeightScope, configuration: CLIPTextConfiguration
  ) throws(WeightsError) {
    self.configuration = configuration
    let model = Self.model(in: weights)
    positions = try model["embeddings.position_embedding"].tensor(
      "weight", shape: [configuration.positions, configuration.width])
    var layers: [CLIPLayer] = []
    for index in 0..<configuration.layers {
      layers.append(
        try CLIPLayer(model["encoder.layers.\(index)"], configuration: configuration))
    }
    self.layers = layers
    norm = try LayerNorm(
      model["final_layer_norm"], channels: configuration.width, epsilon: configuration.epsilon)
  }

  static func model(in weights: WeightScope) -> WeightScope {
    weights.contains("final_layer_norm.weight") ? weights : weights["text_model"]
  }

  /// Records the encoder: embedded tokens [N, L, width], without positions -> states [N, L, width], normalised.
  ///
  /// The last `skippedLayers` are left out, which users know as a clip-skip of one more.
  public func callAsFunction(_ embeddings: Tensor, skippedLayers: Int = 0) -> Tensor {
    let length = embeddings.shape[1]
    precondition(
      embeddings.rank == 3 && embeddings.shape[2] == configuration.width
        && length <= configuration.positions,
      "CLIP: embeddings \(embeddings.shape), not [N, <= \(configuration.positions), \(configuration.width)]"
    )
    precondition(
      (0..<layers.count).contains(skippedLayers), "CLIP: \(skippedLayers) layers skipped")
    let mask = embeddings.constant(Self.mask(length))
    var x = embeddings + embeddings.constant(positions).slice(axis: 0, 0..<length)
    for layer in layers.dropLast(skippedLayers) { x = layer(x, mask: mask) }
    return norm(x)
  }

  /// [1, L, L]: nothing for what a token may see, and all but minus infinity for what comes later.
  private static func mask(_ length: Int) -> Constant {
    let values = (0..<length).flatMap { row in
      (0..<length).map { column in column > row ? -Float.greatestFiniteMagnitude / 2 : 0 }
    }
    return Constant(HostTensor(shape: [1, length, length], values: values))
  }
}
