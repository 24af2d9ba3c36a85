public import Compute

/// What the frames of a video hear: windows of a Whisper encoder's states over a sound of any length.
///
/// Sound is read and encoded in blocks of 30 s as windows ask for them, and two blocks are kept: quick where frames are
/// asked for in order. A window depends on nothing but the sound and its frame. One thread at a time.
public final class SpeechWindows {
  public let layout: SpeechWindowLayout
  private let encoder: any CompiledPlan
  /// Nil for silence, whose blocks are all alike.
  private let sound: BlockReader?
  private let mel = WhisperMel()
  private var input: [HostTensor]
  private var output: [HostTensor]
  /// Encoded blocks by number, the last used last.
  private var blocks: [(number: Int, states: [Float])] = []

  /// - Parameters:
  ///   - reader: The sound, which is rewound as needed.
  ///   - layout: Which states a frame hears.
  ///   - encoder: The compiled `WhisperEncoder.statesPlan()`.
  public convenience init(
    _ reader: SpeechReader, layout: SpeechWindowLayout, encoder: any CompiledPlan
  ) {
    self.init(BlockReader(reader), layout, encoder)
  }

  /// Windows of silence as long as `layout` says; `encoder` as above.
  public convenience init(silence layout: SpeechWindowLayout, encoder: any CompiledPlan) {
    self.init(nil, layout, encoder)
  }

  private init(_ sound: BlockReader?, _ layout: SpeechWindowLayout, _ encoder: any CompiledPlan) {
    self.layout = layout
    self.encoder = encoder
    self.sound = sound
    input = encoder.signature.inputs.map { HostTensor(shape: $0.shape) }
    output = encoder.signature.makeOutputs()
  }

  /// Values of one state: all layers' one after another.
  private var stateWidth: Int { output[0].shape[2] }

  /// The window of frame `index` as tokens [10 x layers, width], state by state and layer by layer within.
  ///
  /// - Throws: errors of reading and of the device.
  public func window(ofFrame index: Int) throws -> [Float] {
    let first = layout.firstState(ofFrame: index)
    var window: [Float] = []
    window.reserveCapacity(SpeechWindowLayout.length * stateWidth)
    for state in first..<(first + SpeechWindowLayout.length) {
      guard state >= 0 && state < layout.stateCount else {
        window.append(contentsOf: repeatElement(0, count: stateWidth))
        continue
      }
      let number = layout.block(ofState: state, windowFrom: first)
      let start = (state - number * layout.blockStep) * stateWidth
      window.append(contentsOf: try block(number)[start..<(start + stateWidth)])
    }
    return window
  }

  private func block(_ asked: Int) throws -> [Float] {
    let number = sound == nil ? 0 : asked
    if let place = blocks.firstIndex(where: { $0.number == number }) {
      if place != blocks.count - 1 { blocks.append(blocks.remove(at: place)) }
      return blocks[blocks.count - 1].states
    }
    let start = number * layout.blockStep * SpeechWindowLayout.samplesPerState
    let samples = try sound?.samples(from: start, count: WhisperMel.blockSampleCount) ?? []
    samples.withUnsafeBufferPointer { samples in
      input[0].values.withUnsafeMutableBufferPointer { mel.block(samples, into: $0) }
    }
    try encoder.run(input, into: &output)
    if blocks.count == 2 { blocks.removeFirst() }
    blocks.append((number, output[0].values))
    return blocks[blocks.count - 1].states
  }
}

/// Stretches of a sound in memory, read forward where they follow one another.
private final class BlockReader {
  private let reader: SpeechReader
  /// Samples from number `start` on, up to where the reader stands.
  private var samples: [Float] = []
  private var start = 0
  private var isAtEnd = false
  private var hasStarted = false

  init(_ reader: SpeechReader) { self.reader = reader }

  /// Up to `count` samples from number `first` on; fewer at the sound's end.
  func samples(from first: Int, count: Int) throws -> [Float] {
    if first < start || !hasStarted {
      try reader.rewind()
      (samples, start, isAtEnd, hasStarted) = ([], 0, false, true)
    }
    var piece: [Float] = []
    while true {
      let passed = min(first - start, samples.count)
      samples.removeFirst(passed)
      start += passed
      if isAtEnd || samples.count >= count { return Array(samples.prefix(count)) }
      try reader.read(into: &piece)
      isAtEnd = piece.isEmpty
      samples.append(contentsOf: piece)
    }
  }
}

extension WhisperEncoder {
  /// Records the encoder for `SpeechWindows`: one block's mel [1, 80, 3000] -> `states` [1, 1500, (layers + 1) x width].
  public func statesPlan() -> Plan {
    let recorder = PlanRecorder(name: "whisper-encoder")
    let mel = recorder.input("mel", [1, configuration.melBins, 2 * configuration.positions])
    recorder.output("states", Tensor.concatenate(self(mel), axis: 2))
    return recorder.finish()
  }
}
