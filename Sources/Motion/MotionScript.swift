import Compute

/// What is asked for in every frame, in the network's form.
struct MotionScript: Sendable {
  private let scenes: [[Float]]
  /// Where each scene ends; the last ends with the frames.
  private let ends: [Double]
  private let frames: Int
  private let loops: Bool

  /// The scenes of `prompt` share `frames` as their lengths say; beyond, the last goes on, or, where it `loops`, the first.
  init(_ prompt: MotionPrompt, frames: Int, loops: Bool, configuration: MotionConfiguration) {
    (self.frames, self.loops) = (frames, loops)
    var end = 0.0
    ends = prompt.lengths.map { length in
      end += length
      return end
    }
    scenes = prompt.scenes.map { scene in
      configuration.actions.map { action in
        guard let strength = scene[action] else { return 0 }
        let range = MotionAction.strengths
        return Float(min(max(strength, range.lowerBound), range.upperBound))
      }
    }
  }

  /// The conditions of a window, [1, actions + 2, frames].
  func conditions(_ range: Range<Int>, isTold: Bool) -> HostTensor {
    let actions = scenes[0].count
    var tensor = HostTensor(shape: [1, actions + 2, range.count])
    for (place, frame) in range.enumerated() {
      if isTold {
        let scene = scenes[self.scene(at: loops ? frame % frames : frame)]
        for action in 0..<actions {
          tensor.values[action * range.count + place] = scene[action]
        }
        tensor.values[actions * range.count + place] = 1
      }
      if frame == 0 { tensor.values[(actions + 1) * range.count + place] = 1 }
    }
    return tensor
  }

  /// The number of the scene that `frame` is in.
  private func scene(at frame: Int) -> Int {
    let place = Double(frame) * (ends.last ?? 1)
    return ends.firstIndex { place < $0 * Double(frames) } ?? scenes.count - 1
  }
}
