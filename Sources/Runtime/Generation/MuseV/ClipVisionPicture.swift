import Compute
import Diffusion
import Imaging
import Media

extension RGBPicture {
  /// The picture as CLIP's encoder takes it, as transformers' CLIPImageProcessor makes it: the middle of it, [1, 3, size, size].
  func forVision(size: Int) throws -> HostTensor {
    let shortest = min(width, height)
    let (newWidth, newHeight) = (size * width / shortest, size * height / shortest)
    let resized = try BytePicture(width: width, height: height, channels: 3, samples: samples)
      .resized(width: newWidth, height: newHeight, .pillowBicubic)
    let (left, top) = ((newWidth - size) / 2, (newHeight - size) / 2)
    let middle = resized.cropped(
      to: PixelBox(left: left, top: top, right: left + size, bottom: top + size))
    var values = [Float](repeating: 0, count: 3 * size * size)
    for channel in 0..<3 {
      let (mean, deviation) = (
        CLIPVisionEncoder.mean[channel], CLIPVisionEncoder.deviation[channel]
      )
      for pixel in 0..<size * size {
        let value = Float(middle.samples[3 * pixel + channel]) / 255
        values[channel * size * size + pixel] = (value - mean) / deviation
      }
    }
    return HostTensor(shape: [1, 3, size, size], values: values)
  }
}
