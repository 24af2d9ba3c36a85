/// How long the operators of one kind and shape take together in one run.
public struct OperatorTime: Codable, Sendable {
  public let kind: String
  /// The operator's result, [N, C, H, W] for pictures.
  public let shape: [Int]
  /// A product's weights, where there are any.
  public let weight: [Int]?
  /// How many such operators the plan has.
  public internal(set) var count: Int
  public internal(set) var seconds: Double
  /// Multiplications and additions by definition, whatever the kernels save.
  public internal(set) var floatingPointOperations: Int

  enum CodingKeys: String, CodingKey {
    case kind, shape, weight, count, seconds
    case floatingPointOperations = "floating_point_operations"
  }

  /// Adds up the entries of one kind and shape; the slowest come first.
  static func merge(_ times: [OperatorTime]) -> [OperatorTime] {
    struct Key: Hashable {
      let kind: String
      let shape: [Int]
      let weight: [Int]?
    }
    var merged: [Key: OperatorTime] = [:]
    for time in times {
      let key = Key(kind: time.kind, shape: time.shape, weight: time.weight)
      guard var known = merged[key] else {
        merged[key] = time
        continue
      }
      known.count += time.count
      known.seconds += time.seconds
      known.floatingPointOperations += time.floatingPointOperations
      merged[key] = known
    }
    return merged.values.sorted { ($1.seconds, $0.kind) < ($0.seconds, $1.kind) }
  }
}
