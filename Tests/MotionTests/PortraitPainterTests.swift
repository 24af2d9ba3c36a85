import Face
import Foundation
import Imaging
import MediaTypes
import Testing

@testable import Motion

/// A drawn portrait: a mean face of flat skin with dark irises and single dark marks to follow.
private struct DrawnPortrait {
  static let square = FaceSquare(center: Point(150, 160), side: 100)
  let landmarks = Landmarks.mean(in: square)
  private(set) var frame = Frame(width: 300, height: 420, luma: 170)

  init(marks: [Point] = []) {
    for y in 0..<frame.height {
      for x in 0..<frame.width {
        let wave = sin(Double(x) * 0.11) + sin(Double(y) * 0.13)
        frame.samples[y * frame.width + x] = UInt8(170 + 8 * wave)
      }
    }
    for eye in [landmarks.leftEye, landmarks.rightEye] { draw(eye, radius: 5, luma: 30) }
    for mark in marks { draw(mark, radius: 2.5, luma: 60) }
  }

  private mutating func draw(_ center: Point, radius: Double, luma: UInt8) {
    for y in 0..<frame.height {
      for x in 0..<frame.width
      where Point(Double(x) + 0.5, Double(y) + 0.5).distance(to: center) < radius {
        frame.samples[y * frame.width + x] = luma
      }
    }
  }

  func geometry() throws -> PortraitGeometry {
    try #require(PortraitGeometry(frame, landmarks: landmarks))
  }

  func painted(_ changes: [MotionChannel: Double], threads: Int = 2) throws -> Frame {
    var motion = PortraitMotion()
    for (channel, value) in changes { motion[channel] = value }
    var painter = try PortraitPainter(frame, geometry: geometry(), threads: threads)
    return painter.paint(motion)
  }
}

extension Frame {
  /// The middle of what is dark within `reach` of a point.
  fileprivate func darkPlace(near point: Point, reach: Int = 16) -> Point {
    var (total, x, y) = (0.0, 0.0, 0.0)
    for row in (Int(point.y) - reach)...(Int(point.y) + reach) {
      for column in (Int(point.x) - reach)...(Int(point.x) + reach) {
        let weight = max(130 - Double(samples[row * width + column]), 0)
        total += weight
        x += weight * (Double(column) + 0.5)
        y += weight * (Double(row) + 0.5)
      }
    }
    return total > 0 ? Point(x / total, y / total) : point
  }
}

@Suite("Portrait painter")
struct PortraitPainterTests {
  @Test func `at rest the picture keeps its bytes`() throws {
    let portrait = DrawnPortrait()
    #expect(try portrait.painted([:]) == portrait.frame)
  }

  @Test func `the head turns, nods and tilts as told`() throws {
    let nose = DrawnPortrait.square.toImage(Point(0.5, 0.5))
    let portrait = DrawnPortrait(marks: [nose])
    let start = portrait.frame.darkPlace(near: nose)
    func shift(_ channel: MotionChannel, _ value: Double) throws -> Point {
      try portrait.painted([channel: value]).darkPlace(near: nose) - start
    }
    #expect(try shift(.yaw, 0.15).x > 6 && shift(.yaw, -0.15).x < -6)
    #expect(try shift(.pitch, 0.12).y > 4 && shift(.pitch, -0.12).y < -4)
    #expect(try shift(.roll, 0.12).x > 4 && shift(.roll, -0.12).x < -4)
    #expect(try abs(shift(.yaw, 0.15).y) < 1 && abs(shift(.pitch, 0.12).x) < 1)
  }

  @Test func `mouth, brows and irises move as told`() throws {
    let corners = [Point(0.314, 0.783), Point(0.686, 0.783)].map(
      DrawnPortrait.square.toImage.callAsFunction)
    let brow = DrawnPortrait.square.toImage(Point(0.27, 0.08))
    let portrait = DrawnPortrait(marks: corners + [brow])
    func shift(_ changes: [MotionChannel: Double], _ place: Point) throws -> Point {
      try portrait.painted(changes).darkPlace(near: place, reach: 9)
        - portrait.frame.darkPlace(near: place, reach: 9)
    }
    let (left, right) = try (shift([.smile: 1], corners[0]), shift([.smile: 1], corners[1]))
    #expect(left.x < -2 && left.y < -2 && right.x > 2 && right.y < -2)
    #expect(try shift([.smile: -1], corners[0]).y > 2)
    #expect(try shift([.brows: 1], brow).y < -2 && shift([.brows: -1], brow).y > 1)
    let eye = portrait.landmarks.rightEye
    #expect(try shift([.gazeX: 1], eye).x > 1 && shift([.gazeX: -1], eye).x < -1)
    #expect(try shift([.gazeY: -1], eye).y < -0.4)
  }

  @Test func `a blink covers the eye with skin`() throws {
    let portrait = DrawnPortrait()
    let eye = portrait.landmarks.leftEye
    func iris(_ frame: Frame) -> UInt8 { frame.samples[Int(eye.y) * frame.width + Int(eye.x)] }
    #expect(iris(portrait.frame) < 40)
    #expect(try iris(portrait.painted([.blink: 1])) > 110)
    #expect(try iris(portrait.painted([.blink: 0.05])) < 60)
  }

  @Test func `what is far from the head keeps its bytes, and threads change none`() throws {
    let portrait = DrawnPortrait()
    let changes: [MotionChannel: Double] = [
      .yaw: 0.2, .pitch: 0.1, .roll: 0.1, .blink: 0.6, .smile: 1, .gazeX: 0.7, .brows: 0.8,
      .breath: 1, .shiftX: 0.02,
    ]
    let moved = try portrait.painted(changes, threads: 1)
    #expect(try portrait.painted(changes, threads: 3) == moved && moved != portrait.frame)
    let width = portrait.frame.width
    for (x, y) in [(2, 2), (297, 2), (40, 160), (262, 140), (2, 417), (297, 417)] {
      #expect(moved.samples[y * width + x] == portrait.frame.samples[y * width + x], "\(x), \(y)")
    }
  }

  @Test func `no motion folds the picture`() throws {
    let geometry = try DrawnPortrait().geometry()
    var grid = WarpGrid(geometry, width: 300, height: 420)
    var (least, worst) = (Double.infinity, PortraitMotion.rest)
    for signs in 0..<128 {
      var motion = PortraitMotion()
      for (bit, channel) in [MotionChannel.yaw, .pitch, .roll, .smile, .brows, .gazeX, .gazeY]
        .enumerated()
      {
        // As far as clips go that the network learned from.
        let most: Double = [.yaw: 0.3, .pitch: 0.24, .roll: 0.2][channel] ?? 1.2
        motion[channel] = signs & (1 << bit) == 0 ? most : -most
      }
      grid.fill(motion, geometry: geometry, threads: 2)
      let stretch = grid.leastStretch
      if stretch < least { (least, worst) = (stretch, motion) }
    }
    #expect(least > 0.1, "\(worst)")
  }

  @Test func `points in one place are no face`() {
    let points = Landmarks(points: Array(repeating: Point(10, 10), count: Landmarks.count))
    #expect(PortraitGeometry(Frame(width: 32, height: 32), landmarks: points) == nil)
  }

  @Test func `a face at the picture's edge is moved without a trap`() throws {
    let frame = Frame(width: 64, height: 48, luma: 90)
    for center in [Point(0, 0), Point(64, 48), Point(32, -20)] {
      let landmarks = Landmarks.mean(in: FaceSquare(center: center, side: 70))
      let geometry = try #require(PortraitGeometry(frame, landmarks: landmarks))
      var painter = PortraitPainter(frame, geometry: geometry, threads: 2)
      var motion = PortraitMotion()
      (motion[.yaw], motion[.blink]) = (0.3, 1)
      #expect(painter.paint(motion).samples.count == frame.samples.count)
    }
  }
}

extension WarpGrid {
  /// The least area that a cell's source has, in cells: below 0 the picture folds.
  fileprivate var leastStretch: Double {
    var least = Double.infinity
    func node(_ column: Int, _ row: Int) -> SIMD2<Double> {
      SIMD2(Double(column), Double(row)) * spacing
        + SIMD2<Double>(displacements[row * columns + column])
    }
    for row in 0..<(rows - 1) {
      for column in 0..<(columns - 1) {
        let across = node(column + 1, row) - node(column, row)
        let down = node(column, row + 1) - node(column, row)
        least = min(least, (across.x * down.y - across.y * down.x) / (spacing * spacing))
      }
    }
    return least
  }
}
