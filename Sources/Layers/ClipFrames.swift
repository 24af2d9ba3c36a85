import Compute

/// Some frames of each clip, to which all its frames attend beside themselves: MuseV's condition frames.
///
/// A batch of clips is a batch of pictures, B clips of F frames each being B * F pictures, clip after clip.
public struct ClipFrames: Sendable {
  /// How many frames a clip has, F.
  public let count: Int
  /// Which of them are meant.
  public let indices: [Int]

  public init(_ indices: [Int], of count: Int) {
    precondition(
      !indices.isEmpty && indices.allSatisfy((0..<count).contains), "frames \(indices) of \(count)")
    self.indices = indices
    self.count = count
  }

  /// Each frame's tokens, and after them those of the frames meant: [B * F, L, C] -> [B * F, (1 + n) * L, C].
  func appended(to tokens: Tensor) -> Tensor {
    let (pictures, length, channels) = (tokens.shape[0], tokens.shape[1], tokens.shape[2])
    let clips = tokens.reshape([pictures / count, count, length * channels])
    let meant = indices.map { clips.slice(axis: 1, $0..<$0 + 1) }
    // [B, 1, n * L * C]
    let once = meant.count == 1 ? meant[0] : Tensor.concatenate(meant, axis: 2)
    let all = Tensor.concatenate(Array(repeating: once, count: count), axis: 1)
    return Tensor.concatenate([clips, all], axis: 2)
      .reshape([pictures, (1 + indices.count) * length, channels])
  }
}
