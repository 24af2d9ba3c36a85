public import MediaTypes

/// How a painted region is sharpened: edges are raised, and what is as faint as noise is not, which would flicker.
public struct Sharpening: Hashable, Sendable {
  /// How much of the detail is added; 0 adds none.
  public var amount: Float
  /// Deviation of the blur that tells detail, in pixels of the picture.
  public var radius: Float

  /// Detail of this many steps of 8 bits is taken half.
  static let faintDetail: Float = 2.5

  /// For a region painted at `scale` pixels of the picture a pixel of the painter.
  public init(amount: Float, scale: Double) {
    self.amount = amount
    radius = Float(min(max(scale, 0.8), 4))
  }
}

extension Frame {
  /// This picture with the luma of `region` sharpened, by `weights` [region.height, region.width] from 0 to 1; where they are
  /// 0 all bytes stay.
  ///
  /// What one pixel becomes depends on its neighbourhood alone, not on the rest of the region nor on other frames.
  public func sharpened(_ region: PixelBox, weights: [Float], _ sharpening: Sharpening) -> Frame {
    precondition(weights.count == region.width * region.height, "a weight for each pixel")
    let picture = PixelBox(left: 0, top: 0, right: width, bottom: height)
    guard sharpening.amount > 0, !region.isEmpty, region.intersection(picture) == region else {
      return self
    }
    let blurred = blurredLuma(in: region, deviation: sharpening.radius)
    let faint = Sharpening.faintDetail * Sharpening.faintDetail
    var result = self
    for row in 0..<region.height {
      let start = (region.top + row) * width + region.left
      for column in 0..<region.width {
        let place = row * region.width + column
        guard weights[place] > 0 else { continue }
        let value = Float(samples[start + column])
        let detail = value - blurred[place]
        let kept = detail * (detail * detail / (detail * detail + faint))
        let sharp = value + sharpening.amount * weights[place] * kept
        result.samples[start + column] = UInt8(min(max(sharp.rounded(), 0), 255))
      }
    }
    return result
  }

  /// The luma of `region` under a Gaussian, [region.height, region.width]; beyond the picture its edge goes on.
  private func blurredLuma(in region: PixelBox, deviation: Float) -> [Float] {
    let kernel = Self.kernel(deviation)
    let reach = kernel.count / 2
    let rows = (region.top - reach)..<(region.bottom + reach)
    var across = [Float](repeating: 0, count: rows.count * region.width)
    for (index, row) in rows.enumerated() {
      let start = min(max(row, 0), height - 1) * width
      for column in 0..<region.width {
        var sum: Float = 0
        for (tap, share) in kernel.enumerated() {
          let place = min(max(region.left + column + tap - reach, 0), width - 1)
          sum += share * Float(samples[start + place])
        }
        across[index * region.width + column] = sum
      }
    }
    var result = [Float](repeating: 0, count: region.width * region.height)
    for row in 0..<region.height {
      for (tap, share) in kernel.enumerated() {
        let start = (row + tap) * region.width
        for column in 0..<region.width {
          result[row * region.width + column] += share * across[start + column]
        }
      }
    }
    return result
  }

  private static func kernel(_ deviation: Float) -> [Float] {
    let reach = Int((2.5 * deviation).rounded(.up))
    let values = (-reach...reach).map { gaussian(Float($0) / deviation) }
    let sum = values.reduce(0, +)
    return values.map { $0 / sum }
  }
}

/// exp(-x^2 / 2) by its series, equal on every machine.
private func gaussian(_ x: Float) -> Float {
  // e^(-y) = (e^(-y / 16))^16, whose series ends soon.
  let step = -x * x / 32
  var (term, sum): (Float, Float) = (1, 1)
  for index in 1...6 {
    term *= step / Float(index)
    sum += term
  }
  for _ in 0..<4 { sum *= sum }
  return sum
}

extension PaintedMouth {
  /// How far the inner picture covers each pixel of a picture, and in which region of it any is covered.
  ///
  /// `cropToImage` maps the painter's crop (256 pixels wide) to picture pixels.
  public func coverage(
    width: Int, height: Int, cropToImage: Similarity, strength: Float
  ) -> (region: PixelBox, weights: [Float]) {
    let toUnit = cropToImage.inverse.followed(by: EffectWindow.unit(Self.size))
    let (columns, rows) = EffectWindow.bounds(of: toUnit, width: width, height: height)
    let region = PixelBox(
      left: columns.lowerBound, top: rows.lowerBound, right: columns.upperBound,
      bottom: rows.upperBound)
    var weights: [Float] = []
    weights.reserveCapacity(columns.count * rows.count)
    for row in rows {
      for column in columns {
        let place = toUnit(Point(Double(column) + 0.5, Double(row) + 0.5))
        let window = EffectWindow.weight(x: Float(place.x), y: Float(place.y))
        weights.append(window > 0 ? window * strength * mask(at: place) : 0)
      }
    }
    return (region, weights)
  }

  /// The mask between its samples, at crop coordinates in [-1, 1].
  private func mask(at place: Point) -> Float {
    let limit = Double(Self.size - 1)
    let x = min(max((place.x + 1) / 2 * Double(Self.size) - 0.5, 0), limit)
    let y = min(max((place.y + 1) / 2 * Double(Self.size) - 0.5, 0), limit)
    let (left, top) = (min(Int(x), Self.size - 2), min(Int(y), Self.size - 2))
    let (across, down) = (Float(x) - Float(left), Float(y) - Float(top))
    func row(_ row: Int) -> Float {
      let start = row * Self.size + left
      return mask[start] + (mask[start + 1] - mask[start]) * across
    }
    return row(top) + (row(top + 1) - row(top)) * down
  }
}
