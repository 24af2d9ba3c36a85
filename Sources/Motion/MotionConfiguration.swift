public import Weights

/// The sizes and names in a motion network's `config.json`.
public struct MotionConfiguration: Sendable, Equatable, Decodable {
  /// Channels within the network.
  public let width: Int
  /// Width of the timestep's embedding.
  public let timeWidth: Int
  /// Groups of every normalisation.
  public let groups: Int
  /// Of each block's convolution.
  public let dilations: [Int]
  /// Frames that it sees at once.
  public let window: Int
  let channelNames: [String]
  /// For each channel, the value that the network sees as 1.
  public let scales: [Double]
  let actionNames: [String]

  enum CodingKeys: String, CodingKey {
    case width, groups, dilations, window, scales
    case timeWidth = "time_width"
    case channelNames = "channels"
    case actionNames = "actions"
  }

  public var channels: [MotionChannel] { channelNames.compactMap(MotionChannel.init(rawValue:)) }
  public var actions: [MotionAction] { actionNames.compactMap(MotionAction.init(rawValue:)) }

  /// What is told beside the motion: the actions, whether they are told, and whether a frame is known.
  public var conditionCount: Int { actionNames.count + 2 }

  /// Reads and checks a `config.json`.
  ///
  /// - Throws: `WeightsError.configuration` for sizes that are impossible and for names that are not known.
  public init(_ file: ConfigurationFile) throws(WeightsError) {
    self = try file.decode(MotionConfiguration.self)
    if let problem { throw .configuration(file: file.name, reason: problem) }
  }

  private var problem: String? {
    guard (1...4096).contains(width), width % 2 == 0, groups > 0, width % groups == 0,
      (1...8192).contains(timeWidth), (8...4096).contains(window),
      !dilations.isEmpty, dilations.count <= 64, dilations.allSatisfy((1...1024).contains)
    else { return "its width, groups, dilations or window are impossible" }
    guard channels.count == channelNames.count, Set(channels).count == channels.count,
      !channels.isEmpty
    else { return "its channels are not those that a portrait has" }
    guard scales.count == channels.count, scales.allSatisfy({ $0 > 0 && $0.isFinite }) else {
      return "its scales are not one for each channel"
    }
    guard actions.count == actionNames.count, Set(actions).count == actions.count else {
      return "its actions are not those that can be asked for"
    }
    return nil
  }
}
