import Compute
import Diffusion
import MediaTypes
import Weights

/// Noise from a file instead of a seed's, so that a run can be compared with another program's.
struct ImportedNoise {
  private let path: String
  private let shape: [Int]
  private let values: [Float]

  /// Reads the tensor `noise`, or the only one: standard normal, not yet scaled by a sampler.
  ///
  /// - Throws: `WeightsError`; `RuntimeError`, 65, for a file with other tensors.
  init(_ path: String) throws {
    let checkpoint = try Checkpoint(path: path)
    let keys = checkpoint.keys
    guard let key = keys.contains("noise") ? "noise" : keys.count == 1 ? keys[0] : nil else {
      throw RuntimeError.badInput(
        "--noise-file \(path): holds \(keys.count) tensors and none called noise: save one, "
          + "{\"noise\": tensor}")
    }
    let tensor = try checkpoint.tensor(key)
    guard tensor.values.allSatisfy(\.isFinite) else {
      throw RuntimeError.badInput("--noise-file \(path): holds values that are not finite")
    }
    (self.path, shape, values) = (path, tensor.shape, tensor.values)
  }

  /// The noise of one picture, whose latents have `shape` [1, channels, height, width].
  ///
  /// - Throws: `RuntimeError`, 65, for noise of another shape.
  func picture(_ shape: [Int]) throws -> [Float] {
    guard self.shape == shape || self.shape == Array(shape.dropFirst()) else {
      throw unfit([shape])
    }
    return values
  }

  /// The noise of a video, [frames, channels, height, width], or [1, channels, frames, height, width] as MuseV has it.
  ///
  /// - Throws: `RuntimeError`, 65, for noise of another shape.
  func video(frames: Int, _ shape: [Int]) throws -> LatentVideo {
    let (channels, height, width) = (shape[1], shape[2], shape[3])
    func video(_ values: [Float]) -> LatentVideo {
      LatentVideo(channels: channels, height: height, width: width, values: values)
    }
    switch self.shape {
    case [frames, channels, height, width]: return video(values)
    case [1, channels, frames, height, width]:
      return video(
        VideoNoise.framesFirst(
          values, frames: frames, channels: channels, plane: height * width))
    default:
      throw unfit([
        [frames, channels, height, width], [1, channels, frames, height, width],
      ])
    }
  }

  private func unfit(_ shapes: [[Int]]) -> RuntimeError {
    .badInput(
      "--noise-file \(path): its noise has the shape \(shape): use "
        + shapes.map { "\($0)" }.joined(separator: " or "))
  }
}
