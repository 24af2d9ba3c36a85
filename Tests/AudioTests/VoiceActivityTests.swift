import MediaTypes
import Testing

@testable import Audio

struct VoiceActivityTests {
  private func gate(_ runs: [(score: Float, steps: Int)]) -> [Float] {
    VoiceActivity(scores: runs.flatMap { [Float](repeating: $0.score, count: $0.steps) }).steps
  }

  @Test func `opens before a voice and closes after it, along smooth ramps`() {
    let gate = gate([(-4, 100), (4, 100), (-4, 100)])
    #expect(
      gate.count == 300 && gate[..<80].allSatisfy { $0 == 0 } && gate[220...].allSatisfy { $0 == 0 }
    )
    #expect(gate[98..<202].allSatisfy { $0 == 1 })
    let rising = gate[80..<100]
    #expect(zip(rising, rising.dropFirst()).allSatisfy { $0 <= $1 && $1 - $0 < 0.35 })
    #expect((4...7).contains(rising.count { $0 > 0 && $0 < 1 }))
  }

  @Test func `a doubtful moment changes nothing`() {
    #expect(gate([(-4, 60), (0.7, 100), (-4, 60)]).allSatisfy { $0 == 0 })
    #expect(gate([(4, 60), (1.4, 100), (4, 60)]).allSatisfy { $0 == 1 })
  }

  @Test func `short silences are talked through, and blips are no voice`() {
    #expect(gate([(4, 60), (-4, 10), (4, 60)]).allSatisfy { $0 == 1 })
    #expect(gate([(-4, 60), (4, 4), (-4, 60)]).allSatisfy { $0 == 0 })
  }

  @Test func `a pause closes the mouth`() {
    #expect(gate([(4, 60), (-4, 80), (4, 60)]).contains(0))
  }

  @Test func `all voice is all open, and so is no sound at all`() {
    #expect(gate([(3, 40)]).allSatisfy { $0 == 1 })
    #expect(gate([]).isEmpty)
    #expect(VoiceActivity(steps: []).gate(atFrame: 3, rate: Rational(25)) == 1)
  }

  @Test func `video frames lie between steps, the ends are held`() {
    let voice = VoiceActivity(steps: [0, 1])
    #expect(voice.gate(atFrame: 0, rate: Rational(25)) == 0.5)
    #expect(voice.gate(atFrame: 0, rate: Rational(50)) == 0)
    #expect(voice.gate(atFrame: 99, rate: Rational(25)) == 1)
  }

  @Test(arguments: [0, 1, 29, 30, 31, 61, 200])
  func `every step has a score`(count: Int) {
    var scoring = VoiceScoring()
    let sound = noise(count: 25 * count).map { $0 * 8 }
    for step in 0..<count { scoring.process(step, of: sound) }
    let scores = scoring.finish()
    #expect(scores.count == count && scores.allSatisfy(\.isFinite))
  }

  @Test func `a step is judged by what is near it alone`() {
    func scores(_ sound: [Float]) -> [Float] {
      var scoring = VoiceScoring()
      for step in 0..<(sound.count / 25) { scoring.process(step, of: sound) }
      return scoring.finish()
    }
    let sound = noise(count: 25 * 200).map { $0 * 5 }
    var other = sound
    for index in (25 * 150)..<(25 * 200) { other[index] = -other[index] }
    let (a, b) = (scores(sound), scores(other))
    #expect(a[..<119] == b[..<119] && a[160...] != b[160...])
    #expect(scores(Array(sound[(25 * 60)...]))[40] == a[100])
  }
}

extension VoiceScoring {
  /// Takes a step of random `sound`: nine outputs, then a spectrum.
  fileprivate mutating func process(_ step: Int, of sound: [Float]) {
    let heard = sound[(25 * step)..<(25 * step + 25)]
    process(heard.prefix(9), spectrum: Array(heard.dropFirst(9)))
  }
}

struct VoiceSpectrumTests {
  /// A window [80, 200] whose mel band `band` is `value(band, frame)`.
  private func window(_ value: (_ band: Int, _ frame: Int) -> Float) -> [Float] {
    (0..<80).flatMap { band in (0..<200).map { frame in value(band, frame) } }
  }

  @Test func `loudness says nothing, single bands that stand out do`() {
    let flat = VoiceSpectrum.reading(of: window { _, _ in 0.7 }[...], step: 30)
    #expect(flat.count == 16 && flat.allSatisfy { abs($0) < 1e-6 })
    let peak = VoiceSpectrum.reading(
      of: window { band, frame in band == 35 && frame / 2 == 30 ? 1 : 0 }[...], step: 30)
    #expect(abs(peak[3] - (0.1 - 1.0 / 80)) < 1e-6 && abs(peak[0] + 1.0 / 80) < 1e-6)
    #expect(abs(peak[11] - 0.16) < 1e-6 && peak[8] == 0 && peak[15] == 0)
  }

  @Test func `a window may begin anywhere in a batch`() {
    let sound = noise(count: 80 * 200)
    let batch = noise(count: 80 * 200) + sound
    #expect(
      VoiceSpectrum.reading(of: batch[(80 * 200)...], step: 74)
        == VoiceSpectrum.reading(of: sound[...], step: 74))
  }
}

struct HeardSpeechTests {
  private let heard = HeardSpeech(
    articulation: ArticulationTrack(steps: [
      Articulation(values: [0.8, -0.6, 0.4, 0.2, 0.2, 0.1, 0.1]),
      Articulation(values: [0.8, -0.6, 0.4, 0.2, 0.2, 0.1, 0.1]),
    ]), voice: VoiceActivity(steps: [1, 0]))

  @Test func `the gate closes the mouth where nobody speaks`() {
    #expect(heard.shown(isGated: false) == heard.articulation)
    let shown = heard.shown(isGated: true).steps
    #expect(shown[0] == heard.articulation.steps[0] && shown[1] == .closed)
  }

  @Test func `strength scales within the bounds`() {
    #expect(heard.shown(isGated: false, strength: 0).steps.allSatisfy { $0 == .closed })
    let values = heard.shown(isGated: false, strength: 2).steps[0].values
    #expect(values[0] == 1 && values[1] == -1 && values[2] == 0.8)
  }
}
