/// Name and shape of a tensor that goes into a network or comes out, in PyTorch's layout.
public struct TensorSpecification: Sendable, Equatable, Encodable, CustomStringConvertible {
  /// A size that the network fixes, or one that the caller chooses.
  public enum Axis: Sendable, Equatable, ExpressibleByIntegerLiteral, ExpressibleByStringLiteral {
    case fixed(Int)
    /// Axes of one name have the same size in all tensors of a run.
    case free(String)
    /// As `free`, but no less than the given size.
    case atLeast(Int, String)
    /// The given number of times the size of the axis of that name.
    case multiple(Int, String)

    public init(integerLiteral value: Int) { self = .fixed(value) }
    public init(stringLiteral value: String) { self = .free(value) }

    var text: String {
      switch self {
      case .fixed(let size): "\(size)"
      case .free(let name): name
      case .atLeast(let least, let name): "\(name) >= \(least)"
      case .multiple(let factor, let name): "\(factor) * \(name)"
      }
    }
  }

  public let name: String
  public let axes: [Axis]
  /// What the values are: units, range, order.
  public let meaning: String

  init(_ name: String, _ axes: [Axis], _ meaning: String) {
    self.name = name
    self.axes = axes
    self.meaning = meaning
  }

  /// The shape as people write it, `[B, 80, 3000]`.
  public var shapeText: String { "[\(axes.map(\.text).joined(separator: ", "))]" }

  public var description: String { "\(name) \(shapeText): \(meaning)" }

  /// Whether `shape` fits, given the sizes of free axes so far; new ones are added to `sizes`.
  func matches(_ shape: [Int], sizes: inout [String: Int]) -> Bool {
    guard shape.count == axes.count, shape.allSatisfy({ $0 > 0 }) else { return false }
    for (size, axis) in zip(shape, axes) {
      switch axis {
      case .fixed(let expected):
        if size != expected { return false }
      case .free(let name), .atLeast(_, let name):
        if case .atLeast(let least, _) = axis, size < least { return false }
        if sizes[name, default: size] != size { return false }
        sizes[name] = size
      case .multiple(let factor, let name):
        let unit = size / factor
        guard size % factor == 0, sizes[name, default: unit] == unit else { return false }
        sizes[name] = unit
      }
    }
    return true
  }

  /// The shape in which free axes have the given sizes; nil where one has none or one that is too small.
  func shape(sizes: [String: Int]) -> [Int]? {
    var shape: [Int] = []
    for axis in axes {
      switch axis {
      case .fixed(let size): shape.append(size)
      case .free(let name), .atLeast(_, let name):
        guard let size = sizes[name] else { return nil }
        if case .atLeast(let least, _) = axis, size < least { return nil }
        shape.append(size)
      case .multiple(let factor, let name):
        guard let unit = sizes[name] else { return nil }
        shape.append(factor * unit)
      }
    }
    return shape
  }

  private enum CodingKeys: String, CodingKey { case name, shape, meaning }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(name, forKey: .name)
    try container.encode(axes.map(\.text), forKey: .shape)
    try container.encode(meaning, forKey: .meaning)
  }
}
