import Compute
import Diffusion
import Imaging
import Media

/// Pictures to latents and back, one at a time, by an autoencoder of which one half is loaded at a time.
struct LatentPictures {
  let autoencoder: LatentAutoencoder
  let device: any Device
  let precision: Precision
  /// Pixels of a picture.
  let width: Int
  let height: Int

  /// The shape of one picture's latents, [1, channels, height, width].
  var latentShape: [Int] {
    let reduction = autoencoder.reduction
    return [1, autoencoder.channels, height / reduction, width / reduction]
  }

  /// The encoder, ready to run.
  func encoder() throws -> any CompiledPlan {
    let recorder = PlanRecorder(name: "autoencoder's encoder")
    recorder.output(
      "latents", autoencoder.encode(recorder.input("image", [1, 3, height, width])))
    return try device.compile(recorder.finish(), precision: precision)
  }

  /// The latents of a picture of this size, scaled.
  func encode(_ picture: RGBPicture, by encoder: (any CompiledPlan)? = nil) throws -> [Float] {
    precondition(picture.width == width && picture.height == height, "a picture of another size")
    let count = width * height
    var planes = [Float](repeating: 0, count: 3 * count)
    for index in 0..<count {
      for channel in 0..<3 {
        planes[channel * count + index] = Float(picture.samples[3 * index + channel]) / 127.5 - 1
      }
    }
    let image = HostTensor(shape: [1, 3, height, width], values: planes)
    return try (encoder ?? self.encoder()).run(["image": image])["latents"]?.values ?? []
  }

  /// The decoder, ready to run.
  func decoder() throws -> any CompiledPlan {
    let recorder = PlanRecorder(name: "autoencoder's decoder")
    recorder.output("image", autoencoder.decode(recorder.input("latents", latentShape)))
    return try device.compile(recorder.finish(), precision: precision)
  }

  /// The picture of scaled latents.
  func decode(_ latents: [Float], by decoder: any CompiledPlan) throws -> RGBPicture {
    let input = HostTensor(shape: latentShape, values: latents)
    let planes = try decoder.run(["latents": input])["image"]?.values ?? []
    let count = width * height
    var samples = [UInt8](repeating: 0, count: 3 * count)
    for index in 0..<count {
      for channel in 0..<3 {
        let value = (planes[channel * count + index] + 1) * 127.5
        samples[3 * index + channel] = UInt8(min(max(value.isNaN ? 0 : value, 0), 255).rounded())
      }
    }
    return RGBPicture(width: width, height: height, samples: samples)
  }

  /// `picture` at this size: the middle of it that has the same proportions, resampled as Pillow's BICUBIC does.
  func fitted(_ picture: RGBPicture) throws -> RGBPicture {
    try picture.fitted(width: width, height: height)
  }
}

extension LatentPictures {
  /// Of the size that was asked for, else of the picture's, else 512 x 512.
  ///
  /// - Throws: `RuntimeError`, 65, where pictures of this size can't be generated.
  init(
    _ folder: StableDiffusionFolder, _ request: GenerateRequest, like picture: RGBPicture?,
    step: Int = GenerateRequest.sizeStep, device: any Device, precision: Precision
  ) throws {
    let range = GenerateRequest.sizeRange
    let size =
      request.size
      ?? picture.map { ($0.width / step * step, $0.height / step * step) } ?? (512, 512)
    guard range.contains(size.0), range.contains(size.1) else {
      throw RuntimeError.badInput(
        "image \(request.image ?? request.control.video ?? ""): \(size.0) x \(size.1) pixels can't be generated: "
          + "choose another size with --size, from \(range.lowerBound) to \(range.upperBound)")
    }
    self.init(
      autoencoder: try folder.latentAutoencoder(), device: device, precision: precision,
      width: size.0, height: size.1)
  }
}
