import Imaging
import MediaTypes
import Synchronization
import Testing

@testable import Face

@Suite("MuseTalk's sightings, where the detector looks at some frames only")
struct FaceSightingsTests {
  /// What the detector would see on a frame.
  typealias Truth = @Sendable (Int) -> PixelBox?

  /// A frame that carries its number in the brightness of its first two rows of blocks.
  private func frame(_ index: Int, luma: UInt8 = 100) -> Frame {
    var frame = Frame(width: 64, height: 64, luma: luma)
    for bit in 0..<10 where index >> bit & 1 == 1 {
      for place in 0..<4 { frame.samples[place / 2 * 64 + 2 * bit + place % 2] = 200 }
    }
    return frame
  }

  private func number(_ picture: BytePicture) -> Int {
    (0..<10).reduce(0) { $0 | (picture.samples[3 * 2 * $1] > 160 ? 1 << $1 : 0) }
  }

  private func see(
    _ count: Int, interval: Int, luma: (Int) -> UInt8 = { _ in 100 }, _ truth: @escaping Truth
  ) throws -> (sightings: [FaceSighting], looks: [Int]) {
    let looks = Mutex<[Int]>([])
    var sightings = FaceSightings(
      points: { picture in
        let middle = Point(Double(number(picture)), 30)
        return FacePoints(points: Array(repeating: middle, count: FacePoints.count))
      },
      detect: { picture in
        let index = number(picture)
        looks.withLock { $0.append(index) }
        return truth(index)
      }, chroma: .repeated, interval: interval)
    for index in 0..<count { try sightings.add(frame(index, luma: luma(index))) }
    return (try sightings.finish(), looks.withLock { $0 })
  }

  private static let moving: Truth = { index in
    PixelBox(left: 10 + 2 * index, top: 20, right: 60 + 2 * index, bottom: 70 + index)
  }

  @Test("a face that goes its way has the boxes and points of a search in every frame")
  func moving() throws {
    for count in [1, 2, 5, 6, 7, 43] {
      let (every, some) = (
        try see(count, interval: 1, Self.moving), try see(count, interval: 5, Self.moving)
      )
      #expect(some.sightings == every.sightings)
      #expect(every.looks == Array(0..<count) && some.looks.count <= (count + 4) / 5 + 1)
    }
  }

  @Test("where a face comes, goes or jumps, every frame is looked at")
  func changes() throws {
    let truth: Truth = { index in
      switch index {
      case 8..<23: PixelBox(left: 0, top: 0, right: 30, bottom: 30)
      case 23..<40: PixelBox(left: 25, top: 20, right: 60, bottom: 50)
      default: nil
      }
    }
    let (every, some) = (try see(60, interval: 1, truth), try see(60, interval: 5, truth))
    #expect(some.sightings == every.sightings && some.looks.count <= 30)
    #expect(every.sightings.filter { $0.points == nil }.count == 28)
  }

  @Test("nothing is carried over a cut")
  func cuts() throws {
    let truth: Truth = { $0 < 13 ? PixelBox(left: 0, top: 0, right: 30, bottom: 30) : nil }
    let luma: (Int) -> UInt8 = { $0 < 13 ? 60 : 130 }
    let (every, some) = (
      try see(30, interval: 1, luma: luma, truth), try see(30, interval: 5, luma: luma, truth)
    )
    #expect(some.sightings == every.sightings)
    #expect(some.looks == [0, 5, 10, 12, 13, 18, 23, 28, 29])
    #expect(some.sightings.map(\.shot) == (0..<30).map { $0 < 13 ? 0 : 1 })
  }

  @Test("finish changes nothing")
  func finish() throws {
    var sightings = FaceSightings(
      points: { _ in FacePoints(points: Array(repeating: Point(1, 1), count: 68)) },
      detect: { _ in PixelBox(left: 0, top: 0, right: 9, bottom: 9) }, chroma: .repeated,
      interval: 5)
    for index in 0..<9 {
      try sightings.add(frame(index))
      #expect(try sightings.finish().count == index + 1)
    }
  }
}

@Suite("MuseTalk's sightings of a person who is followed")
struct FollowedSightingsTests {
  @Test("the points are those of a window around the face, in the frame's own pixels")
  func window() throws {
    let sizes = Mutex<[[Int]]>([])
    var followed = FollowedSightings(
      points: { picture in
        sizes.withLock { $0.append([picture.width, picture.height]) }
        return FacePoints(points: Array(repeating: Point(1, 2), count: FacePoints.count))
      }, chroma: .repeated)
    let frame = Frame(width: 640, height: 360)
    let squares = [
      FaceSquare(center: Point(320, 150), side: 50), FaceSquare(center: Point(20, 20), side: 80),
    ]
    for square in squares {
      let face = TrackedFace(landmarks: .mean(in: square), strength: 1)
      try followed.add(frame, face: face)
    }
    try followed.add(frame, face: nil)
    let found = followed.sightings
    #expect(found[2].points == nil && found[2].detected == nil)
    #expect(sizes.withLock { $0.count } == 2)
    for (sighting, square) in zip(found, squares) {
      let (box, corner) = (try #require(sighting.detected), try #require(sighting.points?[0]))
      #expect(abs(Double(box.left + box.right) / 2 - square.center.x) <= 3)
      // A person of twice the size is seen as large: only the window's place differs.
      #expect(corner.x >= 1 && corner.x <= max(1, square.center.x - square.side))
      #expect(corner.y >= 2 && corner.y <= max(2, square.center.y))
    }
  }
}
