public import Compute
import Synchronization

/// A place in the tree of a network's weights, from which layers take the tensors below it.
///
/// Names are those of the published files, joined by dots: `weights["down_blocks.0"]["resnets.1"]`. Every tensor
/// taken is marked, so that what is left over can be reported. Values are read when a plan is compiled.
public struct WeightScope: Sendable {
  /// A tensor that a network asked for.
  public struct Requirement: Sendable, Equatable {
    public let key: String
    public let shape: [Int]
  }

  private let source: Source
  private let ledger: Ledger
  private let prefix: String
  /// What is added to tensors as they are read, by their whole names.
  private let changes: [String: [LowRankChange]]

  private enum Source: Sendable {
    /// Files of which the first that has a tensor gives it; at least one.
    case checkpoints([Checkpoint])
    /// Nothing is missing: every tensor asked for has the right shape and seeded random values.
    case random(seed: UInt64)
  }

  private final class Ledger: Sendable {
    let taken = Mutex<[String: [Int]]>([:])
  }

  init(_ checkpoint: Checkpoint) {
    self.init(source: .checkpoints([checkpoint]))
  }

  private init(_ parent: WeightScope, prefix: String) {
    source = parent.source
    ledger = parent.ledger
    changes = parent.changes
    self.prefix = prefix
  }

  private init(source: Source) {
    self.source = source
    ledger = Ledger()
    prefix = ""
    changes = [:]
  }

  private init(_ original: WeightScope, changes: [String: [LowRankChange]]) {
    source = original.source
    ledger = original.ledger
    prefix = original.prefix
    self.changes = changes
  }

  /// The same tensors with `changes` added to them, by their names in this scope.
  public func changed(by changes: [String: [LowRankChange]]) -> WeightScope {
    var all = self.changes
    for (name, added) in changes { all[key(name), default: []] += added }
    return WeightScope(self, changes: all)
  }

  /// The names of all tensors that the files have in this scope, sorted.
  public var names: [String] {
    Set(checkpoints.flatMap(\.keys)).filter { $0.hasPrefix(prefix) }
      .map { String($0.dropFirst(prefix.count)) }.sorted()
  }

  /// Weights that fit any network: random values of a size that keeps activations in bounds.
  ///
  /// They serve to measure speed, and to list what a network needs (`requirements`).
  public static func random(seed: UInt64 = 0) -> WeightScope {
    WeightScope(source: .random(seed: seed))
  }

  /// The tensors of `base`, those excepted that one of `uppers` has under the same names: the first that has one gives it.
  public static func layered(_ uppers: [Checkpoint], over base: Checkpoint) -> WeightScope {
    WeightScope(source: .checkpoints(uppers + [base]))
  }

  /// The subtree below `name`; the empty name is the scope itself.
  public subscript(_ name: String) -> WeightScope {
    name.isEmpty ? self : WeightScope(self, prefix: key(name) + ".")
  }

  /// Where the weights come from, for messages.
  public var file: String { checkpoint?.name ?? "random weights" }

  /// The file that should have all tensors; nil for weights that fit any network.
  var checkpoint: Checkpoint? { checkpoints.last }

  private var checkpoints: [Checkpoint] {
    if case .checkpoints(let checkpoints) = source { checkpoints } else { [] }
  }

  /// The file that gives the tensor `key`.
  private func holder(of key: String) -> Checkpoint? {
    checkpoints.first { $0.info(key) != nil }
  }

  /// All that was asked for so far, in this scope and others of the same tree.
  var takenKeys: [String] { ledger.taken.withLock { Array($0.keys) } }

  /// The whole name of the tensor `name`, as the file has it.
  public func key(_ name: String) -> String { prefix + name }

  /// Takes the tensor `name`, which must have the given shape.
  ///
  /// With `stored`, the file has it in that other shape with as many elements. Throws
  /// `WeightsError.missing`, `.foreign`, `.shape`, or `.type`.
  public func tensor(
    _ name: String, shape: [Int], stored: [Int]? = nil
  ) throws(WeightsError) -> Constant {
    let key = self.key(name)
    let expected = stored ?? shape
    precondition(expected.reduce(1, *) == shape.reduce(1, *), "\(key): \(expected) as \(shape)")
    ledger.taken.withLock { $0[key] = expected }
    switch source {
    case .checkpoints:
      guard let checkpoint = holder(of: key), let info = checkpoint.info(key) else {
        throw missing(name)
      }
      guard info.shape == expected else {
        throw .shape(file: checkpoint.name, key: key, expected: expected, found: info.shape)
      }
      guard info.type.isReadable else {
        throw .type(file: checkpoint.name, key: key, found: info.type.rawValue)
      }
      guard let changes = changes[key] else {
        return Constant(shape: shape) { try checkpoint.values(key) }
      }
      return Constant(shape: shape) {
        var values = try checkpoint.values(key)
        for change in changes { change.add(to: &values) }
        return values
      }
    case .random(let seed):
      return Constant(shape: shape) { randomWeights(key: key, shape: expected, seed: seed) }
    }
  }

  /// Whether the file has the tensor `name` here; weights that fit any network have none in particular.
  public func contains(_ name: String) -> Bool { storedShape(name) != nil }

  /// The shape in which the file has the tensor `name`, nil where `contains` is false.
  public func storedShape(_ name: String) -> [Int]? {
    holder(of: key(name))?.info(key(name))?.shape
  }

  /// What was taken so far below this scope, sorted by key.
  public var requirements: [Requirement] {
    ledger.taken.withLock { taken in
      taken.filter { $0.key.hasPrefix(prefix) }.sorted { $0.key < $1.key }
        .map { Requirement(key: $0.key, shape: $0.value) }
    }
  }

  /// Throws `WeightsError.unused` if a file has tensors below this scope that no layer took.
  ///
  /// Keys that match one of `ignoring` below this scope do not count; `*` in a pattern stands for any text.
  public func requireAllConsumed(ignoring patterns: [String] = []) throws(WeightsError) {
    let taken = ledger.taken.withLock { $0 }
    for checkpoint in checkpoints {
      let unused = checkpoint.keys.filter { key in
        key.hasPrefix(prefix) && taken[key] == nil
          && !patterns.contains { matches(key.dropFirst(prefix.count), pattern: $0) }
      }
      guard unused.isEmpty else {
        throw .unused(
          file: checkpoint.name, keys: unused.prefix(4).map { "\"\($0)\"" }, total: unused.count)
      }
    }
  }
}

/// Whether `key` fits `pattern`, in which each `*` stands for any text, also none.
private func matches(_ key: Substring, pattern: String) -> Bool {
  let parts = pattern.split(separator: "*", omittingEmptySubsequences: false)
  guard parts.count > 1 else { return key == pattern }
  guard key.hasPrefix(parts[0]) else { return false }
  var rest = key.dropFirst(parts[0].count)
  for part in parts.dropFirst().dropLast() where !part.isEmpty {
    guard let range = rest.firstRange(of: part) else { return false }
    rest = rest[range.upperBound...]
  }
  return rest.hasSuffix(parts[parts.count - 1])
}
