import Imaging
import Media
import MediaTypes

/// A picture of which parts are transparent.
struct CutOutPicture {
  private let picture: RGBPicture
  private let alpha: BytePicture

  /// The picture at `path`; nil where nothing of it is transparent.
  ///
  /// - Throws: `MediaError`, 66 and 65, for a file that is no picture.
  init?(_ path: String) throws {
    let (picture, alpha) = try readTransparentPicture(path)
    guard let alpha else { return nil }
    self.init(
      picture,
      BytePicture(width: picture.width, height: picture.height, channels: 1, samples: alpha))
  }

  private init(_ picture: RGBPicture, _ alpha: BytePicture) {
    (self.picture, self.alpha) = (picture, alpha)
  }

  /// This at another size, as `RGBPicture.fitted`; what is not seen has no part in the colours.
  func fitted(width: Int, height: Int) throws -> CutOutPicture {
    guard (width, height) != (picture.width, picture.height) else { return self }
    let opacity = RGBPicture(
      width: picture.width, height: picture.height,
      samples: alpha.samples.flatMap { [$0, $0, $0] })
    var weighted = picture
    for (place, weight) in opacity.samples.enumerated() where weight < 255 {
      weighted.samples[place] = UInt8((Int(weighted.samples[place]) * Int(weight) + 127) / 255)
    }
    let (small, thin) = try (
      weighted.fitted(width: width, height: height), opacity.fitted(width: width, height: height)
    )
    var colors = small
    for (place, weight) in thin.samples.enumerated() where weight > 0 && weight < 255 {
      let value = (Int(small.samples[place]) * 255 + Int(weight) / 2) / Int(weight)
      colors.samples[place] = UInt8(min(value, 255))
    }
    let alpha = stride(from: 0, to: thin.samples.count, by: 3).map { thin.samples[$0] }
    return CutOutPicture(
      colors, BytePicture(width: width, height: height, channels: 1, samples: alpha))
  }

  /// The picture as a frame with opacity, of even size.
  ///
  /// Around what is seen its colours go on for some pixels, so that a filter that reaches beyond the edge finds them there.
  func frame() -> Frame {
    var frame = spread().frame()
    let (width, height) = (frame.width, frame.height)
    frame.alpha =
      alpha.cropped(
        to: PixelBox(left: 0, top: 0, right: width, bottom: height)
      ).samples
    return frame
  }

  /// Further than filters reach, in chroma too.
  private static let reach = 8

  private func spread() -> RGBPicture {
    var result = picture
    var isKnown = alpha.samples.map { $0 > 0 }
    var edge = isKnown.indices.filter { isKnown[$0] }
    for _ in 0..<Self.reach {
      var found: [Int: (count: Int, sum: SIMD3<Int>)] = [:]
      for place in edge {
        let color = result.color(place)
        for near in neighbours(place) where !isKnown[near] {
          let (count, sum) = found[near] ?? (0, .zero)
          found[near] = (count + 1, sum &+ color)
        }
      }
      for (place, (count, sum)) in found {
        for channel in 0..<3 {
          result.samples[3 * place + channel] = UInt8((sum[channel] + count / 2) / count)
        }
        isKnown[place] = true
      }
      edge = Array(found.keys)
    }
    return result
  }

  private func neighbours(_ place: Int) -> [Int] {
    let (x, y) = (place % picture.width, place / picture.width)
    var places: [Int] = []
    if x > 0 { places.append(place - 1) }
    if x + 1 < picture.width { places.append(place + 1) }
    if y > 0 { places.append(place - picture.width) }
    if y + 1 < picture.height { places.append(place + picture.width) }
    return places
  }
}

extension RGBPicture {
  fileprivate func color(_ place: Int) -> SIMD3<Int> {
    SIMD3(
      Int(samples[3 * place]), Int(samples[3 * place + 1]), Int(samples[3 * place + 2]))
  }
}

extension GenerateRequest {
  /// The warning that the picture's transparency is lost; nil where there is none to lose.
  ///
  /// - Throws: `MediaError`, 66 and 65, for a file that is no picture.
  func transparencyWarning(_ reason: String) throws -> String? {
    guard let image, try CutOutPicture(image) != nil else { return nil }
    return "image \(image): is partly transparent, which \(reason): it is laid on white"
  }
}
