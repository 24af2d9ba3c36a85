/// How far a portrait has moved from its picture, in one frame.
public struct PortraitMotion: Sendable, Equatable {
  private var values: [Double]

  /// As the picture is.
  public static let rest = PortraitMotion()

  public init() { values = Array(repeating: 0, count: MotionChannel.allCases.count) }

  /// The value of a channel, kept within what a face can do.
  public subscript(_ channel: MotionChannel) -> Double {
    get { values[channel.index] }
    set {
      let range = channel.range
      values[channel.index] =
        newValue.isFinite ? min(max(newValue, range.lowerBound), range.upperBound) : 0
    }
  }

  /// This motion and `other`, `share` of the way between them.
  func blended(with other: PortraitMotion, share: Double) -> PortraitMotion {
    var result = self
    for channel in MotionChannel.allCases {
      result[channel] += (other[channel] - self[channel]) * share
    }
    return result
  }

  /// This motion, so much of it.
  func scaled(_ factor: Double) -> PortraitMotion {
    PortraitMotion.rest.blended(with: self, share: factor)
  }
}

extension MotionChannel {
  var index: Int {
    switch self {
    case .yaw: 0
    case .pitch: 1
    case .roll: 2
    case .shiftX: 3
    case .shiftY: 4
    case .gazeX: 5
    case .gazeY: 6
    case .blink: 7
    case .brows: 8
    case .smile: 9
    case .breath: 10
    }
  }
}
