import Diffusion
import Weights

/// Stable Diffusion's autoencoder or its small stand-in, TAESD, whichever `source` holds.
func openLatentAutoencoder(_ source: NetworkSource) throws -> LatentAutoencoder {
  let file = try source.configurationIfPresent(["config.json"])
  if file?.fields["_class_name"] == .string("AutoencoderTiny") {
    let (weights, configuration) = try openTinyAutoencoder(source, original: "taesd")
    let encoder = try AutoencoderTinyEncoder(weights, configuration: configuration)
    let decoder = try AutoencoderTinyDecoder(weights, configuration: configuration)
    try weights.requireAllConsumed()
    return LatentAutoencoder(encoder, decoder)
  }
  let (weights, configuration) = try openAutoencoder(source)
  return try latentAutoencoder(weights, configuration)
}

/// The autoencoder of a file under its original names.
func openLatentAutoencoder(_ file: SingleFileAutoencoder) throws -> LatentAutoencoder {
  let weights = try file.weights().weights
  return try latentAutoencoder(weights, AutoencoderKLConfiguration(detectedIn: weights))
}

private func latentAutoencoder(
  _ weights: WeightScope, _ configuration: AutoencoderKLConfiguration
) throws -> LatentAutoencoder {
  let encoder = try AutoencoderKLEncoder(weights, configuration: configuration)
  let decoder = try AutoencoderKLDecoder(weights, configuration: configuration)
  try weights.requireAllConsumed()
  return LatentAutoencoder(encoder, decoder)
}
