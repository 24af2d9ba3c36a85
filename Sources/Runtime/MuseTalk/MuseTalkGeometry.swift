import Imaging
import MediaTypes

extension MuseTalkSettings {
  var chroma: ChromaSampling { compatibility == .upstream ? .repeated : .interpolated }

  func box(_ points: [Point], detected: Rectangle, in frame: PixelBox) -> PixelBox? {
    let l = points.map { (x: Int($0.x), y: Int($0.y)) }
    let center = l[29].y + boxShift
    let bottom = max(l.map(\.y).max()!, center)
    var box = PixelBox(
      left: l.map(\.x).min()!, top: max(0, 2 * center - bottom), right: l.map(\.x).max()!,
      bottom: bottom)
    if box.isEmpty || box.left < 0 {
      box = PixelBox(
        left: Int(max(0, detected.left)), top: Int(max(0, detected.top)),
        right: Int(detected.right), bottom: Int(detected.bottom))
    }
    box.bottom = min(box.bottom + extraMargin, frame.bottom)
    return box.isEmpty ? nil : box
  }

  func face(in frame: Frame, box: PixelBox) throws -> BytePicture {
    try frame.pixels(in: box, surroundings: .repeated, chroma: chroma)
      .resized(width: 256, height: 256, .openCVLanczos4)
  }

  func blend(
    _ face: BytePicture, into frame: Frame, box: PixelBox,
    parts: (BytePicture) throws -> [UInt8]
  ) throws -> Frame {
    let half = max(box.width, box.height) / 2 * 3 / 2
    let (x, y) = ((box.left + box.right) / 2, (box.top + box.bottom) / 2)
    let square = PixelBox(left: x - half, top: y - half, right: x + half, bottom: y + half)
    let before = frame.pixels(in: square, chroma: chroma)
    let classes = try parts(before.resized(width: 512, height: 512, .pillowBilinear))
    let mask = try BytePicture(
      width: 512, height: 512, channels: 1,
      samples: classes.map { [1, 11, 12, 13].contains($0) ? 255 : 0 }
    ).resized(width: square.width, height: square.height, .pillowBicubic)
    var kept = BytePicture(width: square.width, height: square.height, channels: 1)
    let inner = box.relative(to: square)
    kept.paste(mask.cropped(to: inner), left: inner.left, top: inner.top)
    let upper = square.height * upperBoundary / 100
    for place in 0..<(upper * square.width) { kept.samples[place] = 0 }
    let blurred = try kept.blurred(kernelSize: 2 * (square.width * maskBlur / 200) + 1)
    var painted = before
    painted.paste(
      try face.resized(width: box.width, height: box.height, .openCVBilinear), left: inner.left,
      top: inner.top)
    var after = before
    after.paste(painted, mask: blurred, left: 0, top: 0)
    var result = frame
    result.replacePixels(in: square, before: before, after: after)
    return result
  }
}
