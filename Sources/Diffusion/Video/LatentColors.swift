/// What latents of Stable Diffusion 1.x look like, without a decoder: colours are nearly linear in them, a pixel for each latent.
public enum LatentColors {
  /// How many channels such latents have.
  public static let channels = 4

  /// How much of red, green and blue each channel is: "Decoding latents to RGB without upscaling", Hugging Face's forum, 2022.
  private static let factors: [[Float]] = [
    [0.298, 0.207, 0.208], [0.187, 0.286, 0.173], [-0.158, 0.189, 0.264],
    [-0.184, -0.271, -0.473],
  ]

  /// Scaled latents of one frame [4, height, width], `plane` values a channel -> 8-bit RGB [height, width, 3].
  public static func bytes(_ latents: [Float], plane: Int) -> [UInt8] {
    precondition(latents.count == channels * plane, "latents of four channels")
    var bytes: [UInt8] = []
    bytes.reserveCapacity(3 * plane)
    for place in 0..<plane {
      for color in 0..<3 {
        let value = (0..<channels).reduce(Float(0)) {
          $0 + latents[$1 * plane + place] * factors[$1][color]
        }
        let byte = (value + 1) * 127.5
        bytes.append(UInt8(min(max(byte.isNaN ? 0 : byte, 0), 255).rounded()))
      }
    }
    return bytes
  }
}
