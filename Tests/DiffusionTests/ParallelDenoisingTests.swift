import Diffusion
import Testing

@Suite struct DenoisingWindowsTests {
  @Test(arguments: [
    (12, 12, 4, [0..<12]), (24, 12, 4, [0..<12, 8..<20, 12..<24]), (5, 12, 4, [0..<5]),
    (1, 1, 0, [0..<1]), (13, 12, 4, [0..<12, 1..<13]), (20, 12, 4, [0..<12, 8..<20]),
  ])
  func `cover all frames and are equally long`(
    frames: Int, length: Int, overlap: Int, ranges: [Range<Int>]
  ) {
    #expect(DenoisingWindows(frames: frames, length: length, overlap: overlap).ranges == ranges)
  }

  @Test func `upstream's last window is short`() {
    let windows = DenoisingWindows(frames: 24, length: 12, overlap: 4, isLastShort: true)
    #expect(windows.ranges == [0..<12, 8..<20, 16..<24])
    let expected = [8, 4, 4, 4, 4].enumerated().flatMap { index, count in
      Array(repeating: index % 2 + 1, count: count)
    }
    #expect(windows.coverage == expected)
  }

  @Test func `no frame is left out, whatever the sizes`() {
    for frames in [1, 2, 11, 12, 13, 47, 100] {
      for (length, overlap) in [(1, 0), (2, 1), (12, 0), (12, 4), (12, 11), (16, 8)] {
        for isShort in [false, true] {
          let windows = DenoisingWindows(
            frames: frames, length: length, overlap: overlap, isLastShort: isShort)
          #expect(windows.coverage.allSatisfy { $0 > 0 })
          #expect(isShort || windows.ranges.allSatisfy { $0.count == min(length, frames) })
          #expect(Set(windows.ranges).count == windows.ranges.count)
        }
      }
    }
  }
}

@Suite struct VideoNoiseTests {
  @Test func `frames share as much noise as is asked for`() {
    func correlation(_ noise: VideoNoise) -> Float {
      var generator = ProcessorNormals(seed: 1)
      let video = noise.draw(frames: 3, channels: 4, height: 32, width: 40, from: &generator)
      let (a, b) = (video[0], video[2])
      #expect(video.frames == 3 && abs(a.reduce(0) { $0 + $1 * $1 } / Float(a.count) - 1) < 0.1)
      return zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } / Float(a.count)
    }
    #expect(abs(correlation(.independent)) < 0.05)
    #expect(abs(correlation(.standard) - 0.5) < 0.06)
    #expect(abs(correlation(.fused(individual: 0.1)) - 0.9) < 0.08)
  }

  @Test func `noise is drawn channel by channel, as upstream does`() {
    var (a, b) = (ProcessorNormals(seed: 5), ProcessorNormals(seed: 5))
    let video = VideoNoise.independent.draw(
      frames: 2, channels: 4, height: 2, width: 2, from: &a)
    let drawn = b.normals(32)
    for frame in 0..<2 {
      var expected: [Float] = []
      for start in stride(from: frame * 4, to: 32, by: 8) { expected += drawn[start..<(start + 4)] }
      #expect(Array(video[frame]) == expected)
    }
  }
}

@Suite struct ParallelDenoisingTests {
  private struct Stopped: Error {}

  private func denoise(
    frames: Int, guidance: Guidance, report: (ParallelDenoising.Progress) throws -> Void = { _ in },
    predict: (DenoisingRequest) -> [Float]
  ) throws -> (LatentVideo, LatentVideo) {
    var generator = ProcessorNormals(seed: 2)
    let start = VideoNoise.independent.draw(
      frames: frames, channels: 4, height: 2, width: 3, from: &generator)
    let denoising = ParallelDenoising(
      windows: DenoisingWindows(frames: frames, length: 6, overlap: 2), guidance: guidance)
    let result = try denoising.run(
      start, scheduler: EulerScheduler(SchedulerConfiguration(), steps: 3), noise: { [] },
      report: report, predict: predict)
    return (start, result)
  }

  @Test func `windows change nothing where a network looks at single frames`() throws {
    let scheduler = EulerScheduler(SchedulerConfiguration(), steps: 3)
    let (start, result) = try denoise(frames: 15, guidance: Guidance(1)) { request in
      request.latents.map { $0 * 0.5 }
    }
    var (expected, whole) = (start.values, scheduler)
    for step in 0..<3 {
      let prediction = whole.modelInput(expected, step: step).map { $0 * 0.5 }
      expected = whole.advance(expected, prediction: prediction, step: step) { [] }
    }
    #expect(zip(result.values, expected).allSatisfy { abs($0 - $1) <= 1e-4 * max(1, abs($1)) })
  }

  @Test func `guidance asks twice and drives away from what is said without the prompt`() throws {
    var asked: [Conditioning] = []
    let (start, result) = try denoise(frames: 4, guidance: Guidance(3)) { request in
      asked.append(request.conditioning)
      return request.latents.map { _ in request.conditioning == .prompted ? 1 : 0 }
    }
    #expect(asked.count == 6 && asked.filter { $0 == .prompted }.count == 3)
    // The prediction is 3 at every step: Euler moves by 3 times all of sigma.
    let sigma = EulerScheduler(SchedulerConfiguration(), steps: 3).initialNoiseScale
    #expect(
      zip(result.values, start.values).allSatisfy { abs($0 - ($1 - 3 * Float(sigma))) < 1e-3 })
  }

  @Test func `without guidance the network is asked once`() throws {
    var count = 0
    _ = try denoise(frames: 4, guidance: Guidance(1)) { request in
      count += 1
      return request.latents
    }
    #expect(count == 3)
    #expect(Guidance(from: 4, to: 2).scale(step: 1, of: 3) == 3)
    #expect(Guidance(from: 4, to: 2).scale(step: 0, of: 1) == 4)
  }

  @Test func `every window is reported, and may be the last`() throws {
    var reports: [ParallelDenoising.Progress] = []
    _ = try denoise(frames: 15, guidance: Guidance(1), report: { reports.append($0) }) {
      $0.latents
    }
    #expect(reports.count == 3 * 4 && reports.last?.step == 2 && reports.last?.window == 3)
    #expect(throws: Stopped.self) {
      try denoise(frames: 15, guidance: Guidance(1), report: { _ in throw Stopped() }) {
        $0.latents
      }
    }
  }
}
