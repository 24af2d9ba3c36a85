/// What one network takes, gives and needs.
public struct NetworkDescription: Sendable, Encodable {
  /// A tensor of the network's weights.
  public struct Parameter: Sendable, Encodable {
    public let key: String
    public let shape: [Int]
  }

  public let name: String
  public let summary: String
  /// The weights that were looked at: a path, or what stands in for one.
  public let weights: String
  public let inputs: [TensorSpecification]
  public let outputs: [TensorSpecification]
  /// Number of weights in all.
  public let parameterCount: Int
  public let parameters: [Parameter]

  private enum CodingKeys: String, CodingKey {
    case name, summary, weights, inputs, outputs
    case parameterCount = "parameter_count"
    case parameters
  }

  /// The description for people, without the list of parameters.
  public var text: String {
    let lines =
      ["\(name): \(summary)", "weights: \(weights)", "inputs:"] + inputs.map { "  \($0)" }
      + ["outputs:"] + outputs.map { "  \($0)" }
      + ["parameters: \(parameterCount) in \(parameters.count) tensors"]
    return lines.joined(separator: "\n")
  }

  /// One line a tensor: key and shape.
  public var parameterText: String {
    parameters.map { "\($0.key) \($0.shape)" }.joined(separator: "\n")
  }
}

/// A network's name and what it is, for lists.
public struct NetworkSummary: Sendable, Encodable {
  public let name: String
  public let summary: String
}

/// What a run of one network did.
public struct NetworkRunReport: Sendable, Encodable {
  public let network: String
  public let device: String
  /// The precision that was used, after `auto` was resolved.
  public let precision: String
  public let threads: Int
  /// Shapes of the tensors that were written, by name.
  public let outputs: [String: [Int]]
  /// Multiplications and additions of the run, counted one by one.
  public let floatingPointOperations: Int
  /// Reading weights and preparing them.
  public let compileSeconds: Double
  /// One run on the inputs, the first.
  public let runSeconds: Double
  /// What should be known about the weights and inputs; one line each.
  public let warnings: [String]

  private enum CodingKeys: String, CodingKey {
    case network, device, precision, threads, outputs
    case floatingPointOperations = "floating_point_operations"
    case compileSeconds = "compile_seconds"
    case runSeconds = "run_seconds"
    case warnings
  }
}
