import Compute
import Diffusion
import Motion
import TestSupport
import Testing
import Weights

@Suite("Motion generation")
struct MotionGenerationTests {
  private func generation() throws -> MotionGeneration {
    let file = try ConfigurationFile(
      path: Golden.path("motion/scheduler_config.json", in: .module))
    return try MotionGeneration(
      MotionNetworkTests.network(), scheduler: SchedulerConfiguration(file),
      device: ReferenceDevice())
  }

  private func motion(
    frames: Int, seed: UInt64 = 1, sampler: Sampler = .ddim, prompt: String = "nods"
  ) throws -> MotionTrack {
    var numbers = ProcessorNormals(seed: seed)
    return try generation().motion(
      MotionPrompt(prompt), frames: frames, sampler: sampler, steps: 3, guidance: 2,
      numbers: &numbers)
  }

  @Test(arguments: Sampler.allCases)
  func `any sampler begins at rest and stays finite`(sampler: Sampler) throws {
    let track = try motion(frames: 50, sampler: sampler)
    #expect(track.frames.count == 50)
    #expect(track.frames[0] == .rest)
    #expect(track.frames.contains { $0 != .rest })
    for channel in MotionChannel.allCases {
      #expect(track.frames.allSatisfy { $0[channel].isFinite && abs($0[channel]) <= 1.5 })
    }
  }

  @Test func `lengths below, at and beyond the window`() throws {
    for frames in [1, 39, 40, 41, 130] {
      #expect(try motion(frames: frames).frames.count == frames)
    }
  }

  @Test func `seeds and prompts tell motions apart, and equal ones make the same`() throws {
    let one = try motion(frames: 45)
    #expect(try motion(frames: 45) == one)
    #expect(try motion(frames: 45, seed: 2) != one)
    #expect(try motion(frames: 45, prompt: "smiles") != one)
  }

  @Test func `between frames a motion is between them`() {
    var moved = PortraitMotion()
    moved[.yaw] = 0.2
    let track = MotionTrack(frames: [.rest, moved])
    #expect(abs(track.motion(at: 0.25)[.yaw] - 0.05) < 1e-12)
    #expect(track.motion(at: 9) == moved && track.motion(at: 0) == .rest)
  }

  @Test func `no channel goes further than a face does`() {
    var motion = PortraitMotion()
    motion[.blink] = 7
    motion[.yaw] = -2
    motion[.smile] = .nan
    #expect(motion[.blink] == 1 && motion[.yaw] == -0.34 && motion[.smile] == 0)
  }
}
