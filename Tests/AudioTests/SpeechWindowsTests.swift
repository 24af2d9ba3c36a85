import Audio
import Compute
import Foundation
import MediaTypes
import TestSupport
import Testing
import Weights

@Suite struct SpeechWindowsTests {
  struct Case: Decodable {
    let rules: String
    let rate: String
    let samples: Int
    let frames: [Int]
  }

  /// The sound of Training/goldens/speech_windows.py.
  private static func sound(_ count: Int) -> [Int16] {
    (0..<count).map { i in
      let sweep = (i * i / 96_000) % 256 - 128
      let noise = (i * 7919 + (i / 3) * (i / 7) * 31) % 512 - 256
      let level = (i / 12_800 * 5) % 8
      return Int16(((sweep + (noise >> 2)) * (1 << level)) >> 1)
    }
  }

  private let golden: Golden
  private let encoder: any CompiledPlan

  init() throws {
    golden = try Golden("speech-windows.safetensors", in: .module)
    let configuration = try Array(golden.metadata("config").utf8).withUnsafeBytes {
      try WhisperEncoderConfiguration(ConfigurationFile(bytes: $0, name: "config.json"))
    }
    let network = try WhisperEncoder(golden.checkpoint.weights, configuration: configuration)
    encoder = try CPUDevice(threads: 2).compile(network.statesPlan(), precision: .fp32)
  }

  private func windows(
    of file: String, rules: SpeechWindowLayout.Rules, rate: Rational, samples: Int
  ) throws -> SpeechWindows {
    let layout = SpeechWindowLayout(rules: rules, rate: rate, sampleCount: samples)
    return SpeechWindows(try AudioFile(path: file).reader(), layout: layout, encoder: encoder)
  }

  @Test func `equals Python at all rates, under both rules`() throws {
    let folder = try TemporaryFolder()
    let cases = try JSONDecoder().decode([Case].self, from: Data(golden.metadata("cases").utf8))
    #expect(cases.count == 12)
    for (number, each) in cases.enumerated() {
      let path = folder.file("\(number).wav")
      try Data(WaveFixture.bytes(Self.sound(each.samples))).write(to: URL(filePath: path))
      let windows = try windows(
        of: path, rules: try #require(.init(rawValue: each.rules)),
        rate: try #require(Rational(parsing: each.rate)), samples: each.samples)
      let expected = try golden["windows.\(number)"]
      let values = try each.frames.flatMap { try windows.window(ofFrame: $0) }
      let comparison = Comparison(HostTensor(shape: expected.shape, values: values), expected)
      #expect(comparison.relativeMaximumError <= 2e-4, "case \(number): \(comparison)")
    }
  }

  @Test func `a window does not depend on what was asked before`() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("sound.wav")
    try Data(WaveFixture.bytes(Self.sound(880_000))).write(to: URL(filePath: path))
    let frames = [1374, 0, 700, 1373, 623, 1, 1374]
    func make() throws -> SpeechWindows {
      try windows(of: path, rules: .mended, rate: Rational(25), samples: 880_000)
    }
    let together = try make()
    for frame in frames {
      #expect(try together.window(ofFrame: frame) == make().window(ofFrame: frame), "\(frame)")
    }
  }
}

@Suite struct SpeechWindowLayoutTests {
  @Test(
    arguments: [1, 24, 25, 30, 50, 60, 240].map { Rational($0) } + [
      Rational(24000, 1001), Rational(30000, 1001), Rational(60000, 1001),
      Rational(1_999_999, 80_000),
    ])
  func `a mended window's middle is within 10 ms of its frame's, for hours`(rate: Rational) {
    let layout = SpeechWindowLayout(rules: .mended, rate: rate, sampleCount: 16_000 * 36_000)
    let frames = [0, 1, 2, 3, 99, 100_003, 863_999].filter { Double($0) < 36_000 * rate.value }
    for frame in frames {
      let middle = (Double(layout.firstState(ofFrame: frame)) + 5) / 50
      let expected = (Double(frame) + 0.5) / rate.value
      #expect(abs(middle - expected) <= 0.01 + 1e-9, "frame \(frame)")
    }
  }

  @Test func `at 25 frames a second both rules lay the same windows`() {
    let layouts = SpeechWindowLayout.Rules.allCases.map {
      SpeechWindowLayout(rules: $0, rate: Rational(25), sampleCount: 160_000)
    }
    for frame in 0..<250 {
      #expect(layouts[0].firstState(ofFrame: frame) == 2 * frame - 4)
      #expect(layouts[1].firstState(ofFrame: frame) == 2 * frame - 4)
    }
  }

  @Test func `upstream cuts the rate and drops the last partial frame`() {
    func frames(_ rate: Rational, _ samples: Int) -> Int {
      SpeechWindowLayout(rules: .upstream, rate: rate, sampleCount: samples).upstreamFrameCount
    }
    #expect(frames(Rational(30000, 1001), 160_000) == 290)
    #expect(frames(Rational(25), 16_639) == 25)
    #expect(frames(Rational(25), 16_640) == 26)
    #expect(frames(Rational(25), 10) == 1)
  }
}
