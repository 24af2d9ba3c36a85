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
  let encoder = try AutoencoderKLEncoder(weights, configuration: configuration)
  let decoder = try AutoencoderKLDecoder(weights, configuration: configuration)
  try weights.requireAllConsumed()
  return LatentAutoencoder(encoder, decoder)
}
