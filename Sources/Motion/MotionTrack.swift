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
  /// Frames in which it comes back to it, which nothing has prepared.
  private static let release = 20

  /// Binomial, over five frames.
  private static let weights = [1.0, 4, 6, 4, 1].map { $0 / 16 }

  /// Without the tremble that denoising leaves (blinks stay as they are), and from rest: the first frame is the picture.
  func settled() -> MotionTrack {
    let settled = frames.indices.map { index -> PortraitMotion in
      guard index > 0 else { return .rest }
      return smoothed(index) { min(max($0, 0), frames.count - 1) }.scaled(Self.share(index))
    }
    return MotionTrack(frames: settled)
  }

  /// The same of a motion whose last frame comes before its first, which follows once more at the end.
  func settledRing() -> MotionTrack {
    let settled = frames.indices.map { index -> PortraitMotion in
      guard index > 0 else { return .rest }
      let release = max(min(Self.release, frames.count / 3), 1)
      let share = Self.share(index) * Self.share(frames.count - index, of: release)
      return smoothed(index) { ($0 + frames.count) % frames.count }.scaled(share)
    }
    return MotionTrack(frames: settled + [.rest])
  }

  /// How much of its motion is left `distance` frames from rest, which it leaves or reaches in `length` frames.
  private static func share(_ distance: Int, of length: Int = onset) -> Double {
    let share = min(Double(distance) / Double(length), 1)
    return share * share * (3 - 2 * share)
  }

  /// Frame `index`, smoothed over its neighbours; `place` says which frame stands for one outside.
  private func smoothed(_ index: Int, place: (Int) -> Int) -> PortraitMotion {
    var motion = frames[index]
    for channel in MotionChannel.allCases where !channel.isSudden {
      motion[channel] = Self.weights.indices.reduce(0) { sum, tap in
        let near = place(index + tap - 2)
        return sum + (near == 0 ? 0 : Self.weights[tap] * frames[near][channel])
      }
    }
    return motion
  }

  /// The motion at `position` frames from the first, between frames too; beyond the last it stays.
  public func motion(at position: Double) -> PortraitMotion {
    let position = min(max(position, 0), Double(frames.count - 1))
    let lower = Int(position)
    let upper = min(lower + 1, frames.count - 1)
    return frames[lower].blended(with: frames[upper], share: position - Double(lower))
  }
}
