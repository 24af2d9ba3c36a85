import Compute
import Layers
import Weights

/// The activation in CLIP's layers.
public enum CLIPActivation: String, Sendable, Decodable {
  case gelu
  /// x * sigmoid(1.702 x), with which OpenAI's models were trained.
  case quickGELU = "quick_gelu"
}

/// The shape of a layer of CLIP's encoders, of texts or of pictures.
protocol CLIPLayerShape {
  var width: Int { get }
  var feedForwardWidth: Int { get }
  var heads: Int { get }
  var activation: CLIPActivation { get }
  var epsilon: Float { get }
}

extension CLIPTextConfiguration: CLIPLayerShape {}
extension CLIPVisionConfiguration: CLIPLayerShape {}

/// Self-attention, then two matrices with an activation between, each normalised first.
struct CLIPLayer: Sendable {
  private let attentionNorm: LayerNorm
  private let query: Linear
  private let key: Linear
  private let value: Linear
  private let output: Linear
  private let finalNorm: LayerNorm
  private let inner: Linear
  private let outer: Linear
  private let heads: Int
  private let activation: CLIPActivation

  init(_ weights: WeightScope, configuration: some CLIPLayerShape) throws(WeightsError) {
    let (width, epsilon) = (configuration.width, configuration.epsilon)
    heads = configuration.heads
    activation = configuration.activation
    attentionNorm = try LayerNorm(weights["layer_norm1"], channels: width, epsilon: epsilon)
    let attention = weights["self_attn"]
    query = try Linear(attention["q_proj"], inputs: width, outputs: width)
    key = try Linear(attention["k_proj"], inputs: width, outputs: width)
    value = try Linear(attention["v_proj"], inputs: width, outputs: width)
    output = try Linear(attention["out_proj"], inputs: width, outputs: width)
    finalNorm = try LayerNorm(weights["layer_norm2"], channels: width, epsilon: epsilon)
    let innerWidth = configuration.feedForwardWidth
    inner = try Linear(weights["mlp.fc1"], inputs: width, outputs: innerWidth)
    outer = try Linear(weights["mlp.fc2"], inputs: innerWidth, outputs: width)
  }

  /// x [N, L, width], mask [L, L] that is added to the logits, nil where all see all -> same as x.
  func callAsFunction(_ x: Tensor, mask: Tensor?) -> Tensor {
    let normed = attentionNorm(x)
    let seen =
      mask.map { attended(normed, mask: $0) }
      ?? query(normed).attention(key: key(normed), value: value(normed), heads: heads)
    let x = x + output(seen)
    return x + outer(activated(inner(finalNorm(x))))
  }

  private func attended(_ x: Tensor, mask: Tensor) -> Tensor {
    let (count, length, width) = (x.shape[0], x.shape[1], x.shape[2])
    func perHead(_ tensor: Tensor) -> Tensor {
      tensor.reshape([count, length, heads, width / heads]).permute([0, 2, 1, 3])
        .reshape([count * heads, length, width / heads])
    }
    let scale = 1 / Float(width / heads).squareRoot()
    let logits = perHead(query(x)).affine(scale: scale).matmul(perHead(key(x)), transposed: true)
    let heard = (logits + mask).softmax(axis: 2).matmul(perHead(value(x)))
    return heard.reshape([count, heads, length, width / heads]).permute([0, 2, 1, 3])
      .reshape([count, length, width])
  }

  private func activated(_ x: Tensor) -> Tensor {
    switch activation {
    case .gelu: x.activation(.gelu)
    case .quickGELU: x * x.affine(scale: 1.702).activation(.sigmoid)
    }
  }
}
