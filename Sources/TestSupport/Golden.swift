public import Compute
public import Foundation
public import Weights

/// Values that another program computed, kept as safetensors in the `Fixtures` folder of a test target.
public struct Golden: Sendable {
  /// The file itself, whose `weights` a network may be built from.
  public let checkpoint: Checkpoint

  /// Opens `Fixtures/<name>` among the resources of a test target's bundle.
  public init(_ name: String, in bundle: Bundle) throws {
    checkpoint = try Checkpoint(path: Self.path(name, in: bundle))
  }

  /// The path of `Fixtures/<name>` in a test target's bundle.
  public static func path(_ name: String, in bundle: Bundle) -> String {
    bundle.bundlePath + "/Fixtures/" + name
  }

  /// The tensor named `key`.
  public subscript(_ key: String) -> HostTensor {
    get throws { try checkpoint.tensor(key) }
  }

  /// One of the file's remarks; empty if it is absent.
  public func metadata(_ key: String) -> String { checkpoint.metadata[key] ?? "" }
}
