import Glibc
import MediaTypes

extension Articulation {
  private static let width = 1
  private static let rounding = 2
  private static let closure = 7
  private static let voice = 8

  /// Reads one position of the network's nine raw outputs.
  ///
  /// Where the network is sure that the lips are shut nothing opens them, and where nobody vocalises the mouth rests.
  init(networkOutputs raw: ArraySlice<Float>) {
    let raw = Array(raw)
    let closed = Self.smoothstep(Self.sigmoid(raw[Self.closure]))
    let voiced = Self.smoothstep(Self.sigmoid(raw[Self.voice]))
    self.init(
      values: Self.names.indices.map { channel in
        switch channel {
        case Self.width: tanh(raw[channel]) * voiced
        case Self.rounding: Self.sigmoid(raw[channel]) * voiced
        default: Self.sigmoid(raw[channel]) * ((1 - closed) * voiced)
        }
      })
  }

  private static func sigmoid(_ x: Float) -> Float { 1 / (1 + exp(-x)) }

  /// From 0 to 1 between 0.3 and 0.7, level at both ends.
  private static func smoothstep(_ x: Float) -> Float {
    let t = min(max((x - 0.3) / 0.4, 0), 1)
    return t * t * (3 - 2 * t)
  }
}
