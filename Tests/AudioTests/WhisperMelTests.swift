import Compute
import Foundation
import TestSupport
import Testing

@testable import Audio

struct WhisperMelTests {
  private func value(_ mel: HostTensor, band: Int, frame: Int) -> Float {
    mel.values[band * WhisperMel.blockFrameCount + frame]
  }

  @Test func `equals transformers on speech`() throws {
    let golden = try Golden("mel-golden.safetensors", in: Bundle.module)
    let (samples, expected) = (try golden["samples"].values, try golden["mel"])
    let mel = WhisperMel().blocks(of: samples)
    let frames = Array(0..<83) + [2999]
    let found = (0..<80).flatMap { band in frames.map { value(mel, band: band, frame: $0) } }
    let comparison = Comparison(HostTensor(shape: [80, 84], values: found), expected)
    #expect(comparison.maximumError < 1e-4, "\(comparison)")
  }

  @Test func `cuts 30-second blocks and fills the last with silence`() {
    let samples = noise(count: WhisperMel.blockSampleCount + 1)
    let mel = WhisperMel().blocks(of: samples)
    #expect(mel.shape == [2, 80, 3000])
    let first = WhisperMel().blocks(of: Array(samples.dropLast()))
    #expect(first.values[...] == mel.values[..<WhisperMel.blockValueCount])
    #expect(WhisperMel().blocks(of: []).shape == [0, 80, 3000])
  }

  @Test func `silence is the lowest level everywhere`() {
    let mel = WhisperMel().blocks(of: [Float](repeating: 0, count: 16_000))
    #expect(mel.values.allSatisfy { $0 == -1.5 })
  }

  @Test(arguments: [5, 30, 60, 79])
  func `a tone lights its own band`(band: Int) {
    let top = MelFilterBank.mel(hertz: 8000)
    let hertz = MelFilterBank.hertz(mel: top * Double(band + 1) / 81)
    let mel = WhisperMel().blocks(of: sineWave(hertz: hertz, sampleRate: 16_000, count: 16_000))
    for frame in [10, 50, 90] {
      let loudest = (0..<80).max {
        value(mel, band: $0, frame: frame) < value(mel, band: $1, frame: frame)
      }
      #expect(loudest == band)
    }
  }

  @Test func `spans eight powers of ten below the block's largest`() {
    let mel = WhisperMel().blocks(of: noise(count: 16_000))
    let (lowest, highest) = (mel.values.min()!, mel.values.max()!)
    #expect(abs(highest - lowest - 2) < 1e-6)
  }
}

struct MelFilterBankTests {
  @Test func `triangles have the area of one hertz`() {
    let bank = MelFilterBank()
    var offset = 0
    for (band, count) in bank.counts.enumerated() {
      let weights = bank.weights[offset..<(offset + Int(count))]
      offset += Int(count)
      #expect(count > 0 && weights.allSatisfy { $0 > 0 })
      // Narrow triangles meet few bins, so their sampled area is rough.
      if band > 40 { #expect(abs(weights.reduce(0, +) * 40 - 1) < 0.05) }
    }
    #expect(offset == bank.weights.count)
  }
}

struct MelSpectrogramTests {
  @Test(arguments: [1, 15, 16, 17, 100])
  func `frames depend on their samples alone`(count: Int) {
    let samples = noise(count: 160 * 120 + 400)
    let all = logPower(samples, first: 0, count: 120)
    let some = logPower(samples, first: 7, count: count)
    for band in 0..<80 {
      #expect(
        some[(band * count)..<((band + 1) * count)]
          == all[(band * 120 + 7)..<(band * 120 + 7 + count)])
    }
  }

  private func logPower(_ samples: [Float], first: Int, count: Int) -> [Float] {
    var output = [Float](repeating: 0, count: 80 * count)
    samples.withUnsafeBufferPointer { samples in
      output.withUnsafeMutableBufferPointer { output in
        MelSpectrogram().logPower(
          of: UnsafeBufferPointer(rebasing: samples[(160 * first)...]), frameCount: count,
          into: output, rowStride: count)
      }
    }
    return output
  }
}
