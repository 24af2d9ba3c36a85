import MediaTypes

/// A weight: values that are known before a plan runs.
///
/// Values may come from a closure, called when a device compiles the plan, so that weights in a mapped
/// file are converted once and not kept twice. Copies of a constant are the same constant: a plan
/// that uses it in many places holds it once.
public struct Constant: Sendable {
  public let shape: [Int]
  let source: Source

  /// A constant with the values of `tensor`.
  public init(_ tensor: HostTensor) {
    shape = tensor.shape
    source = Source { tensor.values }
  }

  /// A constant whose row-major values `load` gives; it may be called more than once.
  public init(shape: [Int], load: @escaping @Sendable () throws -> [Float]) {
    self.shape = shape
    source = Source(load: load)
  }

  /// The row-major values, read afresh at each call, for constants that are made of others.
  ///
  /// Throws what the loader throws.
  public func values() throws -> [Float] { try source.load() }

  /// Calls the loader and checks the number of values.
  func hostTensor(plan: String) throws(ComputeError) -> HostTensor {
    let values: [Float]
    do {
      values = try source.load()
    } catch {
      let exitCode = (error as? any AvatarError)?.exitCode ?? .badInput
      throw .constant(plan: plan, shape: shape, reason: "\(error)", exitCode: exitCode)
    }
    guard values.count == shape.elementCount else {
      throw .constant(
        plan: plan, shape: shape, reason: "the loader gave \(values.count) values",
        exitCode: .internalError)
    }
    return HostTensor(shape: shape, values: values)
  }

  /// What makes a constant the same one: its loader.
  final class Source: Sendable {
    let load: @Sendable () throws -> [Float]
    init(load: @escaping @Sendable () throws -> [Float]) { self.load = load }
  }
}
