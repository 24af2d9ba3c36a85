import Imaging

/// Finds the box in which a pose network sees a person best, without a detector of persons.
///
/// Top-down pose networks want a box around one person. This one begins with the whole picture, with the box of the frame before, or
/// with bodies as large as faces make them, and looks again at what is around the points that were seen until that hardly changes.
struct PersonSearch {
  /// The picture.
  let bounds: PixelBox
  /// What the network sees of the person in a box, in the picture's pixels.
  let look: (PixelBox) throws -> WholeBodyPose

  /// A box has settled when the next covers so much of it (intersection over union).
  private static let settledOverlap = 0.8
  private static let mostLooks = 4
  /// In a picture so many times as high as the person, a look at the whole of it tells little.
  private static let smallPerson = 3

  /// The person whom a look at `start` leads to; nil where nobody is seen.
  func person(from start: PixelBox) throws -> WholeBodyPose? {
    var box = start
    var pose: WholeBodyPose?
    for _ in 0..<Self.mostLooks {
      let next = try look(box)
      guard next.isSeen, let seen = self.box(of: next) else { return pose }
      pose = next
      if seen.overlap(with: box) >= Self.settledOverlap { break }
      box = seen
    }
    return pose
  }

  /// The person who was at `previous` in the frame before, else who is found in the picture.
  ///
  /// Looked at is the whole picture; where that shows nobody or someone far away, what is below `faces`, of which the largest person counts.
  /// Where nobody is seen so, and it `searchesParts`, the picture is looked at part by part: some thirty looks where nobody is.
  func person(
    after previous: WholeBodyPose?, searchesParts: Bool = true, faces: () throws -> [FaceSquare]
  ) throws -> WholeBodyPose? {
    if let last = previous.flatMap(box), let same = try person(from: last),
      let now = box(of: same), now.overlap(with: last) > 0
    {
      return same
    }
    var people = [try person(from: bounds)].compactMap(\.self)
    if people.allSatisfy({ height(of: $0) * Self.smallPerson < bounds.height }) {
      people += try faces().compactMap { try person(from: body(below: $0)) }
    }
    for rows in searchesParts ? [1, 2] : [] where people.isEmpty {
      people = try parts(rows: rows).compactMap { try person(from: $0) }
    }
    return people.max { area(of: $0) < area(of: $1) }
  }

  /// Parts of the picture, `rows` of which are as high as it, as upright as what the networks look at; neighbours share a half.
  func parts(rows: Int) -> [PixelBox] {
    let height = bounds.height / rows
    let width = min(height * 3 / 4, bounds.width)
    guard width > 1 else { return [] }
    let room = bounds.width - width
    let last = (2 * room + width - 1) / width
    return (0...(2 * rows - 2)).flatMap { row in
      (0...last).map { column in
        let left = bounds.left + column * room / max(last, 1)
        let top = bounds.top + row * height / 2
        return PixelBox(left: left, top: top, right: left + width, bottom: top + height)
      }
    }
  }

  /// Around a standing body under a face, which is as wide as from the brows to the chin; 7.5 heads high (Loomis, "Figure Drawing").
  func body(below face: FaceSquare) -> PixelBox {
    let (x, y, side) = (face.center.x, face.center.y, face.side)
    let box = PixelBox(
      left: Int(x - 3.5 * side), top: Int(y - 1.3 * side), right: Int(x + 3.5 * side) + 1,
      bottom: Int(y + 10.5 * side) + 1
    ).intersection(bounds)
    return box.isEmpty ? bounds : box
  }

  /// Around what is seen of a pose within the picture.
  private func box(of pose: WholeBodyPose) -> PixelBox? {
    guard let (least, most) = pose.box else { return nil }
    let box = PixelBox(
      left: Int(least.x), top: Int(least.y), right: Int(most.x) + 1, bottom: Int(most.y) + 1
    ).intersection(bounds)
    return box.isEmpty ? nil : box
  }

  private func height(of pose: WholeBodyPose) -> Int { box(of: pose)?.height ?? 0 }

  private func area(of pose: WholeBodyPose) -> Int {
    box(of: pose).map { $0.width * $0.height } ?? 0
  }
}

extension PixelBox {
  /// Area shared with `other` over the area of both together.
  func overlap(with other: PixelBox) -> Double {
    func rectangle(_ box: PixelBox) -> Rectangle {
      Rectangle(
        left: Double(box.left), top: Double(box.top), width: Double(box.width),
        height: Double(box.height))
    }
    return rectangle(self).overlap(with: rectangle(other))
  }
}
