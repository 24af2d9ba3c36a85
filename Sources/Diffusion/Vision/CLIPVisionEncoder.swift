public import Compute
import Layers
public import Weights

// After transformers 5.24, models/clip/modeling_clip.py: CLIPVisionModelWithProjection.

/// CLIP's picture encoder with its projection: a picture to the embedding that image prompts are made of (Radford and
/// others, 2021).
public struct CLIPVisionEncoder: Sendable {
  public let configuration: CLIPVisionConfiguration
  private let patches: Conv2d
  private let classToken: Constant
  private let positions: Constant
  private let firstNorm: LayerNorm
  private let layers: [CLIPLayer]
  private let lastNorm: LayerNorm
  private let projection: Linear

  /// Tensors of published files that say nothing: an index that old versions stored.
  public static let ignoredKeys = ["vision_model.embeddings.position_ids"]

  /// Takes the encoder's tensors, under transformers' names, from `weights`.
  ///
  /// - Throws: `WeightsError.missing` or `.shape`.
  public init(
    _ weights: WeightScope, configuration: CLIPVisionConfiguration = .init()
  ) throws(WeightsError) {
    self.configuration = configuration
    let (model, width) = (weights["vision_model"], configuration.width)
    let embeddings = model["embeddings"]
    patches = try Conv2d(
      embeddings["patch_embedding"], inputs: 3, outputs: width, kernel: configuration.patchSize,
      stride: configuration.patchSize, bias: false)
    classToken = try embeddings.tensor("class_embedding", shape: [width])
    let count = configuration.patches * configuration.patches + 1
    positions = try embeddings["position_embedding"].tensor("weight", shape: [count, width])
    // The name is misspelt in all published files.
    firstNorm = try LayerNorm(
      model["pre_layrnorm"], channels: width, epsilon: configuration.epsilon)
    var layers: [CLIPLayer] = []
    for index in 0..<configuration.layers {
      layers.append(
        try CLIPLayer(model["encoder.layers.\(index)"], configuration: configuration))
    }
    self.layers = layers
    lastNorm = try LayerNorm(
      model["post_layernorm"], channels: width, epsilon: configuration.epsilon)
    projection = try Linear(
      weights["visual_projection"], inputs: width, outputs: configuration.projectionWidth,
      bias: false)
  }

  /// Records the encoder: pictures [N, 3, S, S], normalised by `mean` and `deviation` -> embeddings [N, projectionWidth].
  public func callAsFunction(_ pictures: Tensor) -> Tensor {
    let x = states(pictures, layers: layers.count)
    let first = x.slice(axis: 1, 0..<1).reshape([x.shape[0], configuration.width])
    return projection(lastNorm(first))
  }

  /// Records all layers but the last: pictures as above -> the states of all tokens [N, 1 + patches, width].
  public func penultimateStates(_ pictures: Tensor) -> Tensor {
    states(pictures, layers: layers.count - 1)
  }

  private func states(_ pictures: Tensor, layers count: Int) -> Tensor {
    let (pictureCount, size) = (pictures.shape[0], configuration.pictureSize)
    precondition(
      pictures.shape == [pictureCount, 3, size, size],
      "CLIP: pictures \(pictures.shape), not [N, 3, \(size), \(size)]")
    let tokens = patches(pictures).tokens()  // [N, patches, width]
    let first = pictures.constant(classToken).reshape([1, 1, configuration.width])
    let all = Tensor.concatenate(
      [Tensor.concatenate(Array(repeating: first, count: pictureCount), axis: 0), tokens], axis: 1)
    let x = firstNorm(all + pictures.constant(positions))
    return layers.prefix(count).reduce(x) { $1($0, mask: nil) }
  }

  /// Means of red, green and blue, from 0 to 1, that pictures are normalised by.
  public static let mean: [Float] = [0.48145466, 0.4578275, 0.40821073]
  /// Their standard deviations.
  public static let deviation: [Float] = [0.26862954, 0.26130258, 0.27577711]
}
