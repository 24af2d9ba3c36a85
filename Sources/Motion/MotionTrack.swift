import Diffusion

/// A portrait's motion, frame after frame at one rate.
public struct MotionTrack: Sendable, Equatable {
  public private(set) var frames: [PortraitMotion]

  /// Wraps at least one frame.
  public init(frames: [PortraitMotion]) {
    precondition(!frames.isEmpty, "a motion has frames")
    self.frames = frames
  }

  /// From a network's values, in its units.
  init(latents: LatentVideo, configuration: MotionConfiguration) {
    let channels = configuration.channels
    self.init(
      frames: (0..<latents.frames).map { frame in
        var motion = PortraitMotion()
        let values = latents[frame]
        for (index, channel) in channels.enumerated() {
          motion[channel] =
            Double(values[values.startIndex + index]) * configuration.scales[index]
        }
        return motion
      })
  }

  /// Frames in which a motion leaves the picture.
  private static let onset = 6

  /// Without the tremble that denoising leaves (binomial weights over five frames; blinks stay as they are), and from
  /// rest: the first frame is the picture.
  func settled() -> MotionTrack {
    let weights = [1.0, 4, 6, 4, 1].map { $0 / 16 }
    let settled = frames.indices.map { index -> PortraitMotion in
      guard index > 0 else { return .rest }
      var motion = frames[index]
      for channel in MotionChannel.allCases where !channel.isSudden {
        motion[channel] = weights.indices.reduce(0) { sum, tap in
          let near = min(max(index + tap - 2, 0), frames.count - 1)
          return sum + (near == 0 ? 0 : weights[tap] * frames[near][channel])
        }
      }
      let share = min(Double(index) / Double(Self.onset), 1)
      return motion.scaled(share * share * (3 - 2 * share))
    }
    return MotionTrack(frames: settled)
  }

  /// The motion at `position` frames from the first, between frames too; beyond the last it stays.
  public func motion(at position: Double) -> PortraitMotion {
    let position = min(max(position, 0), Double(frames.count - 1))
    let lower = Int(position)
    let upper = min(lower + 1, frames.count - 1)
    return frames[lower].blended(with: frames[upper], share: position - Double(lower))
  }
}
