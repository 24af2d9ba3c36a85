import Imaging
public import MediaTypes

/// Moves a portrait: every frame is the picture's own pixels, fetched from where the motion took them.
public struct PortraitPainter: Sendable {
  private let picture: Frame
  private let geometry: PortraitGeometry
  private let threads: Int
  private var grid: WarpGrid

  /// `geometry` is that of the face on `picture`.
  public init(_ picture: Frame, geometry: PortraitGeometry, threads: Int) {
    (self.picture, self.geometry, self.threads) = (picture, geometry, threads)
    grid = WarpGrid(geometry, width: picture.width, height: picture.height)
  }

  /// The picture moved by `motion`; at rest it is the picture itself, and what does not move keeps its bytes.
  public mutating func paint(_ motion: PortraitMotion) -> Frame {
    guard motion != .rest else { return picture }
    grid.fill(motion, geometry: geometry, threads: threads)
    let lids = geometry.eyes.compactMap {
      LidCover($0, motion: motion, pixel: 1 / geometry.toPicture.scale)
    }
    var result = picture
    let (width, height) = (picture.width, picture.height)
    let planes = [
      MovedPlane(range: picture.lumaRange, width: width, height: height, isLuma: true),
      MovedPlane(range: picture.firstChromaRange, width: width / 2, height: height / 2),
      MovedPlane(range: picture.secondChromaRange, width: width / 2, height: height / 2),
    ]
    picture.samples.withUnsafeBufferPointer { source in
      result.samples.withUnsafeMutableBufferPointer { out in
        guard let source = source.baseAddress, let out = out.baseAddress else { return }
        for plane in planes {
          plane.fill(
            out + plane.range.lowerBound, from: source + plane.range.lowerBound, grid: grid,
            lids: lids, geometry: geometry, threads: threads)
        }
      }
    }
    result.alpha = movedAlpha()
    return result
  }

  /// The opacity moves along; lids are as opaque as what they cover.
  private func movedAlpha() -> [UInt8]? {
    guard let alpha = picture.alpha else { return nil }
    var moved = alpha
    let plane = MovedPlane(
      range: picture.lumaRange, width: picture.width, height: picture.height, isLuma: true)
    alpha.withUnsafeBufferPointer { source in
      moved.withUnsafeMutableBufferPointer { out in
        guard let source = source.baseAddress, let out = out.baseAddress else { return }
        plane.fill(
          out, from: source, grid: grid, lids: [], geometry: geometry, threads: threads)
      }
    }
    return moved
  }
}
