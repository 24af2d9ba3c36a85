import Compute
import Weights

/// How much of a temporal layer is added to the picture: the magnitude of its learned `temporal_weight`.
///
/// It is multiplied into the layer's last product when a plan is compiled, and costs nothing.
struct TemporalWeight: Sendable {
  private let weight: Constant

  init(_ weights: WeightScope) throws(WeightsError) {
    weight = try weights.tensor("temporal_weight", shape: [1])
  }

  /// `constant`, the weight or bias of a product, multiplied.
  func scaled(_ constant: Constant) -> Constant {
    Constant(shape: constant.shape) {
      let scale = try abs(weight.values()[0])
      return try constant.values().map { $0 * scale }
    }
  }
}
