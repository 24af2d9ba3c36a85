import Imaging
import MediaTypes
import Testing

@testable import Face

/// A network that sees all points of the person who fills most of its window, if at all large enough, and nothing of others.
private final class KnownPeople {
  let people: [WholeBodyPose]
  var looks = 0

  init(_ boxes: [PixelBox]) { people = boxes.map(Self.pose) }

  /// 133 points spread over a box, corners and all.
  static func pose(in box: PixelBox) -> WholeBodyPose {
    WholeBodyPose(
      wholeBody: (0..<133).map { index in
        let (u, v) = (Double(index * 37 % 133) / 132, Double(index) / 132)
        let corner = [0: (0.0, 0.0), 132: (1.0, 1.0), 5: (0, 1), 6: (1, 0)][index] ?? (u, v)
        return Keypoint(
          point: Point(
            Double(box.left) + corner.0 * Double(box.width - 1),
            Double(box.top) + corner.1 * Double(box.height - 1)), score: 1)
      })
  }

  func look(_ box: PixelBox) -> WholeBodyPose {
    looks += 1
    let seen = people.filter {
      guard let (least, most) = $0.box else { return false }
      let inside = Point((least.x + most.x) / 2, (least.y + most.y) / 2)
      return box.left <= Int(inside.x) && Int(inside.x) < box.right && box.top <= Int(inside.y)
        && Int(inside.y) < box.bottom && (most.y - least.y) * 3.5 > Double(box.height)
    }
    let nearest = seen.max {
      ($0.box!.most.y - $0.box!.least.y) < ($1.box!.most.y - $1.box!.least.y)
    }
    return nearest
      ?? WholeBodyPose(wholeBody: (0..<133).map { _ in Keypoint(point: Point(0, 0), score: -1) })
  }
}

@Suite struct PersonSearchTests {
  private let bounds = PixelBox(left: 0, top: 0, right: 1920, bottom: 1080)

  private func search(_ people: KnownPeople) -> PersonSearch {
    PersonSearch(bounds: bounds, look: people.look)
  }

  @Test func `a large person is found in two looks, without faces`() throws {
    let people = KnownPeople([PixelBox(left: 700, top: 100, right: 1100, bottom: 1000)])
    let found = try search(people).person(after: nil) {
      Issue.record("faces are not needed")
      return []
    }
    #expect(found == people.people[0] && people.looks == 2)
  }

  @Test func `a person of a sixth of the picture is found by the face`() throws {
    let box = PixelBox(left: 1200, top: 500, right: 1270, bottom: 680)
    let people = KnownPeople([box])
    #expect(try search(people).person(after: nil, searchesParts: false) { [] } == nil)
    let face = FaceSquare(center: Point(1235, 520), side: 17)
    let found = try search(people).person(after: nil, searchesParts: false) { [face] }
    #expect(found == people.people[0])
  }

  @Test func `a person of a seventh is found anywhere without a face`() throws {
    for left in stride(from: 0, through: 1860, by: 155) {
      for top in stride(from: 0, through: 920, by: 115) {
        let people = KnownPeople([
          PixelBox(left: left, top: top, right: left + 60, bottom: top + 160)
        ])
        #expect(
          try search(people).person(after: nil) { [] } == people.people[0], "\(left), \(top)")
      }
    }
    let nobody = KnownPeople([])
    #expect(try search(nobody).person(after: nil) { [] } == nil && nobody.looks == 1 + 4 + 27)
    let narrow = PersonSearch(
      bounds: PixelBox(left: 0, top: 0, right: 90, bottom: 400), look: nobody.look)
    for rows in [1, 2] {
      let parts = narrow.parts(rows: rows)
      #expect(
        parts.allSatisfy { $0.intersection(narrow.bounds) == $0 } && parts.count == 2 * rows - 1)
    }
  }

  @Test func `of several far people the largest counts, and stays the same one`() throws {
    let people = KnownPeople([
      PixelBox(left: 200, top: 500, right: 280, bottom: 690),
      PixelBox(left: 1200, top: 500, right: 1300, bottom: 740),
    ])
    let faces = [
      FaceSquare(center: Point(240, 520), side: 18), FaceSquare(center: Point(1250, 520), side: 22),
    ]
    #expect(try search(people).person(after: nil) { faces } == people.people[1])
    let same = try search(people).person(after: people.people[0]) { faces }
    #expect(same == people.people[0])
  }

  @Test func `who has left is looked for anew, and nobody is nobody`() throws {
    let people = KnownPeople([PixelBox(left: 700, top: 100, right: 1100, bottom: 1000)])
    let gone = KnownPeople.pose(in: PixelBox(left: 10, top: 10, right: 60, bottom: 90))
    #expect(try search(people).person(after: gone) { [] } == people.people[0])
    #expect(try search(KnownPeople([])).person(after: gone) { [] } == nil)
  }

  @Test func `a body below a face keeps within the picture`() {
    let search = search(KnownPeople([]))
    let face = FaceSquare(center: Point(1900, 1000), side: 100)
    #expect(
      search.body(below: face) == PixelBox(left: 1550, top: 870, right: 1920, bottom: 1080))
    #expect(search.body(below: FaceSquare(center: Point(-900, 0), side: 10)) == bounds)
  }
}
