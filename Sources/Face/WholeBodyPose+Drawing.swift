import Foundation
public import Imaging

// After IDEA-Research/DWPose, as TMElyralab/controlnet_aux 06629ab has it, dwpose/util.py.

extension WholeBodyPose {
  /// What of a pose is drawn.
  public enum Part: String, Sendable, CaseIterable {
    case body, hands, face
  }

  /// The pose as ControlNets were trained to read it: on black, limbs in OpenPose's 18 colours at 0.6 of their brightness,
  /// joints at all of it, fingers in a wheel of colours with blue joints, and the face's points in white.
  public func drawing(
    width: Int, height: Int, parts: Set<Part> = Set(Part.allCases)
  ) -> BytePicture {
    var canvas = BytePicture(width: width, height: height, channels: 3)
    if parts.contains(.body) { drawBody(into: &canvas) }
    if parts.contains(.hands) {
      for hand in [leftHand, rightHand] { drawHand(hand, into: &canvas) }
    }
    guard parts.contains(.face) else { return canvas }
    for point in face where point.isInside {
      let (x, y) = point.pixel
      canvas.fillDisc(x: x, y: y, radius: 3, color: [255, 255, 255])
    }
    return canvas
  }

  private func drawBody(into canvas: inout BytePicture) {
    for (index, limb) in Self.limbs.enumerated() {
      drawLimb(body[limb.0], body[limb.1], Self.colors[index], into: &canvas)
    }
    canvas.samples = canvas.samples.map { UInt8(Double($0) * 0.6) }
    for (joint, color) in zip(body, Self.colors) where joint.isVisible {
      let (x, y) = joint.pixel
      canvas.fillDisc(x: x, y: y, radius: 4, color: color)
    }
  }

  private func drawLimb(
    _ start: Keypoint, _ end: Keypoint, _ color: [UInt8], into canvas: inout BytePicture
  ) {
    guard start.isVisible, end.isVisible else { return }
    let (middle, along) = ((start.point + end.point) * 0.5, start.point - end.point)
    canvas.fillEllipse(
      x: Int(middle.x), y: Int(middle.y), halfWidth: Int(along.length / 2), halfHeight: 4,
      degrees: Int(atan2(along.y, along.x) * 180 / .pi), color: color)
  }

  private func drawHand(_ hand: [Keypoint], into canvas: inout BytePicture) {
    for (index, bone) in Self.bones.enumerated() {
      let (start, end) = (hand[bone.0], hand[bone.1])
      guard start.isInside, end.isInside else { continue }
      let (from, to) = (start.pixel, end.pixel)
      canvas.fillLine(
        from: Point(Double(from.x), Double(from.y)), to: Point(Double(to.x), Double(to.y)),
        color: Self.wheel(Double(index) / Double(Self.bones.count)))
    }
    for point in hand where point.isInside {
      let (x, y) = point.pixel
      canvas.fillDisc(x: x, y: y, radius: 4, color: [0, 0, 255])
    }
  }

  /// Pairs of body points; upstream draws the first 17 of its 19.
  private static let limbs = [
    (1, 2), (1, 5), (2, 3), (3, 4), (5, 6), (6, 7), (1, 8), (8, 9), (9, 10), (1, 11), (11, 12),
    (12, 13), (1, 0), (0, 14), (14, 16), (0, 15), (15, 17),
  ]

  /// From the wrist along each finger.
  private static let bones = (0..<5).flatMap { finger in
    (0..<4).map { ($0 == 0 ? 0 : 4 * finger + $0, 4 * finger + $0 + 1) }
  }

  /// Eighteen steps of 85 around the wheel of colours, from red to violet.
  private static let colors: [[UInt8]] = [
    [255, 0, 0], [255, 85, 0], [255, 170, 0], [255, 255, 0], [170, 255, 0], [85, 255, 0],
    [0, 255, 0], [0, 255, 85], [0, 255, 170], [0, 255, 255], [0, 170, 255], [0, 85, 255],
    [0, 0, 255], [85, 0, 255], [170, 0, 255], [255, 0, 255], [255, 0, 170], [255, 0, 85],
  ]

  /// The pure colour at `hue`, from 0 to 1.
  private static func wheel(_ hue: Double) -> [UInt8] {
    [5.0, 3, 1].map { shift in
      let place = (shift + hue * 6).truncatingRemainder(dividingBy: 6)
      return UInt8(((1 - min(max(min(place, 4 - place), 0), 1)) * 255).rounded())
    }
  }
}

extension Keypoint {
  fileprivate var pixel: (x: Int, y: Int) { (Int(point.x), Int(point.y)) }

  /// Upstream draws no point of a face or a hand in the first column or row, or before.
  fileprivate var isInside: Bool { isVisible && pixel.x > 0 && pixel.y > 0 }
}
