/// How the noise that a video begins with hangs together over time.
public enum VideoNoise: Sendable, Equatable {
  /// Each frame has noise of its own.
  case independent
  /// All frames share a part of their noise: `individual` is the share of variance that is each frame's own.
  case fused(individual: Double)

  /// Upstream's: half is shared.
  public static let standard = VideoNoise.fused(individual: 0.5)

  /// Standard normal noise for `frames` frames, drawn in upstream's order: what is shared first, then channel by channel.
  public func draw(
    frames: Int, channels: Int, height: Int, width: Int, from generator: inout some NormalGenerator
  ) -> LatentVideo {
    let plane = height * width
    let shared: [Float]? =
      switch self {
      case .independent: nil
      case .fused: generator.normals(channels * plane)
      }
    let own = Self.framesFirst(
      generator.normals(channels * frames * plane), frames: frames, channels: channels, plane: plane
    )
    let drawn = LatentVideo(channels: channels, height: height, width: width, values: own)
    guard let shared, case .fused(let individual) = self else { return drawn }
    let values = (0..<frames).flatMap { frame in
      combined(
        (1 - individual).squareRoot(), shared, individual.squareRoot(), Array(drawn[frame]))
    }
    return drawn.with(values)
  }

  /// [channels, frames, plane] -> [frames, channels, plane].
  public static func framesFirst(_ values: [Float], frames: Int, channels: Int, plane: Int)
    -> [Float]
  {
    var result: [Float] = []
    result.reserveCapacity(values.count)
    for frame in 0..<frames {
      for channel in 0..<channels {
        let start = (channel * frames + frame) * plane
        result += values[start..<(start + plane)]
      }
    }
    return result
  }
}
