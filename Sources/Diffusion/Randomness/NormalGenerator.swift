/// Standard normal values from a seed: the same ones for ever, so that a seed means a picture.
public protocol NormalGenerator: Sendable {
  /// The next tensor of `count` values; what it holds depends on how many were drawn before, and how.
  mutating func normals(_ count: Int) -> [Float]
}
