public import Weights

extension AutoencoderTinyConfiguration {
  /// The configuration that the shapes of an autoencoder's tensors tell, for weights without a `config.json`.
  ///
  /// `weights` may lack the encoder or the decoder, which then has its usual sizes. Throws `WeightsError.configuration`
  /// if the tensors are not a tiny autoencoder's.
  public init(detectedIn weights: WeightScope) throws(WeightsError) {
    self.init()
    let encoder = AutoencoderTinyEncoder.layers(in: weights).tinyStages
    let decoder = AutoencoderTinyDecoder.layers(in: weights).tinyStages
    if let (first, blocks, last) = encoder {
      (encoderBlocks, inputChannels, latentChannels) = (blocks, first[1], last[0])
      encoderChannels = blocks.map { _ in first[0] }
    }
    if let (first, blocks, last) = decoder {
      (decoderBlocks, latentChannels, outputChannels) = (blocks, first[1], last[0])
      decoderChannels = blocks.map { _ in first[0] }
    }
    guard encoder != nil || decoder != nil, inconsistency == nil else {
      throw .configuration(
        file: weights.file,
        reason: "its tensors are not those of a tiny autoencoder (TAESD): \(weights.impression)")
    }
  }
}

extension WeightScope {
  /// Shapes of the first and the last convolution here, and the numbers of residual blocks between convolutions.
  ///
  /// Layers without tensors (activations, upsampling) leave single gaps in the numbering.
  fileprivate var tinyStages: (first: [Int], blocks: [Int], last: [Int])? {
    var (shapes, blocks): ([[Int]], [Int]) = ([], [])
    var (index, missing) = (0, 0)
    while missing < 2 {
      if let shape = storedShape("\(index).weight"), shape.count == 4 {
        shapes.append(shape)
        blocks.append(0)
        missing = 0
      } else if contains("\(index).conv.0.weight"), !blocks.isEmpty {
        blocks[blocks.count - 1] += 1
        missing = 0
      } else {
        missing += 1
      }
      index += 1
    }
    guard shapes.count > 1 else { return nil }
    return (shapes[0], blocks.dropLast(), shapes[shapes.count - 1])
  }
}
