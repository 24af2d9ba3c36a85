import Foundation
import Media
import MediaTypes
import Testing

@Suite struct JoinSegmentsTests {
  let shop: Workshop

  init() throws { shop = try Workshop() }

  private func encode(
    _ name: String, _ frames: ArraySlice<Frame>, rate: Rational, crf: Int = 18
  ) throws -> String {
    var settings = EncoderSettings(
      width: frames.first!.width, height: frames.first!.height, rate: rate,
      color: frames.first!.color)
    settings.crf = crf
    let encoder = try SegmentEncoder(shop[name], settings: settings)
    for frame in frames { try encoder.append(frame) }
    try encoder.finish()
    return shop[name]
  }

  private func bytes(_ path: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: path))
  }

  @Test(arguments: ["24000/1001", "24", "25", "30000/1001", "30", "50", "60000/1001"])
  func everyFrameComesOnceAtItsTime(rateText: String) throws {
    let rate = Rational(parsing: rateText)!
    let frames = Workshop.frames(41)
    let paths = [
      try encode("0.mp4", frames[0..<17], rate: rate),
      try encode("1.mp4", frames[17..<37], rate: rate),
      try encode("2.mp4", frames[37..<38], rate: rate),
      try encode("3.mp4", frames[38..<41], rate: rate),
    ]
    let joined = try joinSegments(paths, output: shop["out.mp4"], rate: rate)
    #expect(joined.frameCount == 41)
    let source = try VideoSource(shop["out.mp4"])
    let times = try source.scan { number, frame in
      #expect(Workshop.psnr(frame, frames[number]) > 38, "\(number)")
      #expect(frame.color == .bt709)
    }
    #expect(times.frameCount == 41)
    #expect(source.info.averageRate == rate)
    #expect(times == PresentationTimes(timesOf: times, rate: rate))
    let seen = try shop.look(shop["out.mp4"], "v", "nb_frames,r_frame_rate,start_time,duration_ts")
    #expect(seen["nb_frames"] == "41")
    #expect(seen["start_time"] == "0.000000")
    #expect(seen["r_frame_rate"] == "\(rate.numerator)/\(rate.denominator)")
  }

  @Test func soundThatIsNoNumberIsSilent() throws {
    let rate = Rational(25)
    let path = try encode("0.mp4", Workshop.frames(5)[...], rate: rate)
    let sound = try shop.make(
      "broken.wav",
      "-f lavfi -i aevalsrc=if(lt(t\\,0.1)\\,0/0\\,0.5*sin(3000*t)):s=16000:d=0.2 -c:a pcm_f32le")
    let joined = try joinSegments(
      [path], audio: AudioTrack(path: sound), output: shop["out.mp4"], rate: rate)
    #expect(joined.soundSampleCount == 3200)
    let heard = try AudioReader(shop["out.mp4"])
    let samples = try #require(try heard.read()).channels[0]
    #expect(samples.allSatisfy { $0.isFinite })
    #expect(samples[0..<1000].allSatisfy { abs($0) < 0.05 })
    #expect(samples[2000..<3000].contains { $0 > 0.3 })
  }

  @Test func coloursAreTagged() throws {
    let hdr = ColorDescription(matrix: 9, primaries: 9, transfer: 16, isFullRange: true)
    let path = try encode("0.mp4", Workshop.frames(3, color: hdr)[...], rate: Rational(25))
    _ = try joinSegments([path], output: shop["out.mp4"], rate: Rational(25))
    #expect(try probe(shop["out.mp4"]).color == hdr)
    #expect(try bytes(shop["out.mp4"]).range(of: Data("colrnclx".utf8)) != nil)
  }

  @Test(arguments: [(48000, 2), (44100, 1), (16000, 1), (8000, 1), (22050, 2), (192_000, 2)])
  func soundIsWholeAndInTime(sampleRate: Int, channels: Int) throws {
    let rate = Rational(25)
    let sound = try shop.tone("tone.wav", seconds: 0.5, rate: sampleRate, channels: channels)
    let path = try encode("0.mp4", Workshop.frames(13)[...], rate: rate)
    let joined = try joinSegments(
      [path], audio: AudioTrack(path: sound), output: shop["out.mp4"], rate: rate)
    #expect(joined.warnings.isEmpty == (sampleRate <= 96000))
    let reader = try AudioReader(shop["out.mp4"])
    #expect(reader.channelCount == channels)
    #expect(reader.sampleRate == min(sampleRate, 96000))
    let decoded = try readAll(reader)
    let expected = 0.5 * Double(reader.sampleRate)
    #expect(abs(Double(decoded.sampleCount) - expected) <= 1024)
    // The tone begins at once and in phase: the run-in of the encoder is cut off.
    let original = try readAll(AudioReader(sound)).channels[0]
    if reader.sampleRate == sampleRate {
      let count = min(decoded.sampleCount, original.count)
      var (dot, energy, error) = (0.0, 0.0, 0.0)
      for index in 0..<count {
        let (a, b) = (Double(original[index]), Double(decoded.channels[0][index]))
        dot += a * b
        energy += a * a
        error += (a - b) * (a - b)
      }
      #expect(dot / energy > 0.9)
      #expect(error / energy < 0.05)
    }
    let seen = try shop.look(shop["out.mp4"], "a", "codec_name,start_time")
    #expect(seen["codec_name"] == "aac")
    #expect(seen["start_time"] == "0.000000")
  }

  @Test func theSameInputGivesTheSameBytes() throws {
    let frames = Workshop.frames(40)
    let sound = try shop.tone("tone.flac", seconds: 1.5)
    var outputs: [Data] = []
    for run in 0..<2 {
      // The second time the segments are made in another order.
      let order = run == 0 ? [0, 1] : [1, 0]
      for part in order {
        _ = try encode("\(part).mp4", frames[(part * 20)..<(part * 20 + 20)], rate: Rational(25))
      }
      _ = try joinSegments(
        [shop["0.mp4"], shop["1.mp4"]], audio: AudioTrack(path: sound), output: shop["out.mp4"],
        rate: Rational(25), metadata: ["title": "a title", "seed": "7"], overwrite: true)
      outputs.append(try bytes(shop["out.mp4"]))
    }
    #expect(outputs[0] == outputs[1])
    #expect(outputs[0].range(of: Data("Lavf".utf8)) == nil)
    let moov = try #require(outputs[0].range(of: Data("moov".utf8)))
    let mdat = try #require(outputs[0].range(of: Data("mdat".utf8)))
    #expect(moov.lowerBound < mdat.lowerBound)
    let text = try shop.run(
      "ffprobe", ["-v", "error", "-show_entries", "format_tags", shop["out.mp4"]])
    #expect(text.contains("TAG:title=a title"))
    #expect(text.contains("TAG:seed=7"))
  }

  @Test func nothingHasItsNameBeforeItIsComplete() throws {
    let frames = Workshop.frames(3)
    let settings = EncoderSettings(width: 64, height: 48, rate: Rational(25), color: .bt709)
    let encoder = try SegmentEncoder(shop["0.mp4"], settings: settings)
    for frame in frames { try encoder.append(frame) }
    #expect(!shop.names.contains("0.mp4"))
    encoder.cancel()
    #expect(shop.names.isEmpty)
    do {
      let dropped = try SegmentEncoder(shop["1.mp4"], settings: settings)
      try dropped.append(frames[0])
    }
    #expect(shop.names.isEmpty)
    // What a killed process left is removed by the next one.
    try Data([1]).write(to: URL(fileURLWithPath: shop[".2.mp4.999999999.part"]))
    _ = try encode("2.mp4", frames[...], rate: Rational(25))
    #expect(shop.names == ["2.mp4"])
  }

  @Test func badOutputsAndSegmentsAreRefused() throws {
    let rate = Rational(25)
    let path = try encode("0.mp4", Workshop.frames(5)[...], rate: rate)
    let other = try encode("1.mp4", Workshop.frames(5, width: 32)[...], rate: rate)
    try Data("precious".utf8).write(to: URL(fileURLWithPath: shop["out.mp4"]))
    expectError(.cannotCreateOutput, containing: "exists") {
      _ = try joinSegments([path], output: shop["out.mp4"], rate: rate)
    }
    #expect(try bytes(shop["out.mp4"]) == Data("precious".utf8))
    expectError(.cannotCreateOutput, containing: "no such folder") {
      _ = try joinSegments([path], output: shop["none/out.mp4"], rate: rate)
    }
    expectError(.cannotCreateOutput, containing: "folder has this name") {
      _ = try joinSegments([path], output: shop.folder, rate: rate, overwrite: true)
    }
    expectError(.internalError, containing: "other settings") {
      _ = try joinSegments([path, other], output: shop["new.mp4"], rate: rate)
    }
    expectError(.badInput, containing: "no sound") {
      _ = try joinSegments(
        [path], audio: AudioTrack(path: other), output: shop["new.mp4"], rate: rate)
    }
    let half = try bytes(path).prefix(700)
    try half.write(to: URL(fileURLWithPath: shop["half.mp4"]))
    expectError(.badInput) {
      _ = try joinSegments([path, shop["half.mp4"]], output: shop["new.mp4"], rate: rate)
    }
    #expect(shop.names == ["0.mp4", "1.mp4", "half.mp4", "out.mp4"])
  }
}

extension PresentationTimes {
  /// The times that frames of a constant rate have, in the ticks of `other`.
  init(timesOf other: PresentationTimes, rate: Rational) {
    let step = (rate.inverse * other.timeBase.inverse).numerator
    self.init(
      timeBase: other.timeBase, ticks: other.ticks.indices.map { $0 * step }, lastDuration: step,
      averageRate: rate)
  }
}

func readAll(_ reader: AudioReader) throws -> Waveform {
  var channels: [[Float]] = Array(repeating: [], count: reader.channelCount)
  while let chunk = try reader.read() {
    for index in channels.indices { channels[index] += chunk.channels[index] }
  }
  return Waveform(sampleRate: reader.sampleRate, channels: channels)
}
