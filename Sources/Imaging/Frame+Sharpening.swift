public import MediaTypes

/// How a painted region is sharpened: edges are raised, and places whose detail is as faint as noise are not, which would flicker.
public struct Sharpening: Hashable, Sendable {
  /// How much of the detail is added; 0 adds none.
  public var amount: Float
  /// Deviation of the blur that tells detail, in pixels of the picture.
  public var radius: Float

  /// Where detail is of this many steps of 8 bits on average, half of it counts.
  static let faintDetail: Float = 3

  /// For a region painted at `scale` pixels of the picture a pixel of the painter.
  public init(amount: Float, scale: Double) {
    self.amount = amount
    radius = Float(min(max(scale, 0.8), 4))
  }

  /// How far around a pixel its surroundings reach.
  var reach: Int { Int((2 * radius).rounded(.up)) }
}

extension Frame {
  /// This picture with the luma of `region` sharpened, by `weights` [region.height, region.width] from 0 to 1; where they are
  /// 0 all bytes stay.
  ///
  /// What a pixel becomes depends on its surroundings in the region and on no other frame.
  public func sharpened(_ region: PixelBox, weights: [Float], _ sharpening: Sharpening) -> Frame {
    precondition(weights.count == region.width * region.height, "a weight for each pixel")
    let picture = PixelBox(left: 0, top: 0, right: width, bottom: height)
    guard sharpening.amount > 0, !region.isEmpty, region.intersection(picture) == region else {
      return self
    }
    let detail = detail(in: region, deviation: sharpening.radius)
    let shares = Self.shares(of: detail, width: region.width, reach: sharpening.reach)
    var result = self
    for row in 0..<region.height {
      let start = (region.top + row) * width + region.left
      for column in 0..<region.width {
        let place = row * region.width + column
        guard weights[place] > 0 else { continue }
        let added = sharpening.amount * weights[place] * shares[place] * detail[place]
        let sharp = Float(samples[start + column]) + added
        result.samples[start + column] = UInt8(min(max(sharp.rounded(), 0), 255))
      }
    }
    return result
  }

  /// How much of each pixel's detail counts, by the energy of the detail around it, so that what noise adds to an edge
  /// changes little about it.
  private static func shares(of detail: [Float], width: Int, reach: Int) -> [Float] {
    let height = detail.count / width
    let limit = Sharpening.faintDetail * Sharpening.faintDetail
    var sums = [Float](repeating: 0, count: detail.count)
    for row in 0..<height {
      for column in 0..<width {
        let columns = max(column - reach, 0)...min(column + reach, width - 1)
        sums[row * width + column] = columns.reduce(0) {
          $0 + detail[row * width + $1] * detail[row * width + $1]
        }
      }
    }
    var result = [Float](repeating: 0, count: detail.count)
    for row in 0..<height {
      let rows = max(row - reach, 0)...min(row + reach, height - 1)
      for column in 0..<width {
        let count = rows.count * (min(column + reach, width - 1) - max(column - reach, 0) + 1)
        let energy = rows.reduce(Float(0)) { $0 + sums[$1 * width + column] } / Float(count)
        result[row * width + column] = energy * energy / (energy * energy + limit * limit)
      }
    }
    return result
  }

  /// The luma of `region` less what it is under a Gaussian.
  private func detail(in region: PixelBox, deviation: Float) -> [Float] {
    let blurred = blurredLuma(in: region, deviation: deviation)
    return blurred.indices.map { place in
      let (row, column) = (place / region.width, place % region.width)
      return Float(samples[(region.top + row) * width + region.left + column]) - blurred[place]
    }
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
  /// How far each pixel of a picture is painted, and in which region of it any is: covered by the inner picture, or fetched from
  /// elsewhere, in full from a pixel of the crop away.
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
    let cells = Self.flowSize * Self.flowSize
    let moved = (0..<cells).map { cell in
      let (x, y) = (flow[cell], flow[cells + cell])
      return min((x * x + y * y).squareRoot() * Float(Self.size) / 2, 1)
    }
    var weights: [Float] = []
    weights.reserveCapacity(columns.count * rows.count)
    for row in rows {
      for column in columns {
        let place = toUnit(Point(Double(column) + 0.5, Double(row) + 0.5))
        let window = EffectWindow.weight(x: Float(place.x), y: Float(place.y))
        guard window > 0 else {
          weights.append(0)
          continue
        }
        let covered = Self.value(of: mask, side: Self.size, at: place)
        let painted = max(covered, Self.value(of: moved, side: Self.flowSize, at: place))
        weights.append(window * strength * painted)
      }
    }
    return (region, weights)
  }

  /// A square grid between its samples, at crop coordinates in [-1, 1].
  private static func value(of grid: [Float], side: Int, at place: Point) -> Float {
    let limit = Double(side - 1)
    let x = min(max((place.x + 1) / 2 * Double(side) - 0.5, 0), limit)
    let y = min(max((place.y + 1) / 2 * Double(side) - 0.5, 0), limit)
    let (left, top) = (min(Int(x), side - 2), min(Int(y), side - 2))
    let (across, down) = (Float(x) - Float(left), Float(y) - Float(top))
    func row(_ row: Int) -> Float {
      let start = row * side + left
      return grid[start] + (grid[start + 1] - grid[start]) * across
    }
    return row(top) + (row(top + 1) - row(top)) * down
  }
}
