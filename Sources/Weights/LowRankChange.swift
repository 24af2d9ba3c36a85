/// What is added to a tensor: a product of two small matrices (LoRA; Hu and others, 2021), or of three for convolutions.
public struct LowRankChange: Sendable {
  /// [outputs, rank], row by row.
  private let up: [Float]
  /// [rank, inputs] with all positions of a kernel in a row.
  private let down: [Float]
  private let rank: Int

  /// up [O, R, 1, 1] or [O, R], down [R, I, k, k] or [R, I], and perhaps mid [R, R, k, k] between a down of [R, I, 1, 1].
  ///
  /// All is multiplied by `scale`; nil where the shapes do not fit each other.
  public init?(
    up: (shape: [Int], values: [Float]), down: (shape: [Int], values: [Float]),
    mid: (shape: [Int], values: [Float])? = nil, scale: Float
  ) {
    guard up.shape.count >= 2, down.shape.count >= 2, up.shape[1] > 0,
      up.shape.dropFirst(2).allSatisfy({ $0 == 1 })
    else { return nil }
    rank = up.shape[1]
    self.up = scale == 1 ? up.values : up.values.map { $0 * scale }
    guard let mid else {
      guard down.shape[0] == rank else { return nil }
      self.down = down.values
      return
    }
    let inner = down.shape[0]
    guard mid.shape.count == 4, mid.shape[0] == rank, mid.shape[1] == inner,
      down.shape.dropFirst(2).allSatisfy({ $0 == 1 })
    else { return nil }
    self.down = Self.joined(
      mid.values, down.values, rank: rank, inner: inner, inputs: down.shape[1],
      positions: mid.shape[2] * mid.shape[3])
  }

  /// mid [rank, inner, positions] and down [inner, inputs] -> [rank, inputs, positions].
  private static func joined(
    _ mid: [Float], _ down: [Float], rank: Int, inner: Int, inputs: Int, positions: Int
  ) -> [Float] {
    var result = [Float](repeating: 0, count: rank * inputs * positions)
    for a in 0..<rank {
      for b in 0..<inner {
        for input in 0..<inputs {
          let weight = down[b * inputs + input]
          let (target, source) = ((a * inputs + input) * positions, (a * inner + b) * positions)
          for position in 0..<positions {
            result[target + position] += weight * mid[source + position]
          }
        }
      }
    }
    return result
  }

  /// Numbers in the tensor that this is added to.
  public var count: Int { up.count / rank * (down.count / rank) }

  /// Adds it to the tensor's values, row by row.
  func add(to values: inout [Float]) {
    precondition(values.count == count, "\(values.count) values and a change of \(count)")
    let inputs = down.count / rank
    values.withUnsafeMutableBufferPointer { values in
      down.withUnsafeBufferPointer { down in
        for output in 0..<(up.count / rank) {
          let row = values.baseAddress! + output * inputs
          for part in 0..<rank {
            let weight = up[output * rank + part]
            let source = down.baseAddress! + part * inputs
            for input in 0..<inputs { row[input] += weight * source[input] }
          }
        }
      }
    }
  }
}
