import Face
import Imaging

extension PasteMask {
  /// The mask as bytes: box and square, then the rows and columns that are not all 0, as runs.
  var packed: [UInt8] {
    let kept = occupied
    var result: [UInt8] = []
    for value in [box, square, kept].flatMap({ [$0.left, $0.top, $0.right, $0.bottom] }) {
      let bits = UInt32(bitPattern: Int32(clamping: value))
      result += (0..<4).map { UInt8(truncatingIfNeeded: bits >> (8 * $0)) }
    }
    let samples = kept.isEmpty ? [] : mask.cropped(to: kept).samples
    var place = 0
    while place < samples.count {
      let value = samples[place]
      var length = 1
      while length < 255, place + length < samples.count, samples[place + length] == value {
        length += 1
      }
      result += [UInt8(length), value]
      place += length
    }
    return result
  }

  /// The mask that `packed` gave; nil for bytes that are none.
  init?(packed bytes: [UInt8]) {
    guard bytes.count >= 48, bytes.count % 2 == 0 else { return nil }
    let boxes = (0..<3).map { box in
      let edges = (0..<4).map { edge in
        let start = 16 * box + 4 * edge
        let bits = (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[start + $1]) << (8 * UInt32($1)) }
        return Int(Int32(bitPattern: bits))
      }
      return PixelBox(left: edges[0], top: edges[1], right: edges[2], bottom: edges[3])
    }
    let (box, square, kept) = (boxes[0], boxes[1], boxes[2])
    guard !square.isEmpty, square == Self.square(around: box) else { return nil }
    var mask = BytePicture(width: square.width, height: square.height, channels: 1)
    let count = kept.isEmpty ? 0 : kept.width * kept.height
    guard count == 0 || kept.intersection(mask.bounds) == kept else { return nil }
    var samples: [UInt8] = []
    samples.reserveCapacity(count)
    for place in stride(from: 48, to: bytes.count, by: 2) {
      samples.append(contentsOf: repeatElement(bytes[place + 1], count: Int(bytes[place])))
    }
    guard samples.count == count else { return nil }
    if count > 0 {
      let part = BytePicture(width: kept.width, height: kept.height, channels: 1, samples: samples)
      mask.paste(part, left: kept.left, top: kept.top)
    }
    self.init(box: box, square: square, mask: mask)
  }

  /// The smallest box of the square outside of which the mask is 0.
  private var occupied: PixelBox {
    let width = mask.width
    var box = PixelBox(left: width, top: mask.height, right: 0, bottom: 0)
    for row in 0..<mask.height {
      let samples = mask.samples[(row * width)..<((row + 1) * width)]
      guard let first = samples.firstIndex(where: { $0 != 0 }),
        let last = samples.lastIndex(where: { $0 != 0 })
      else { continue }
      box.left = min(box.left, first - samples.startIndex)
      box.right = max(box.right, last - samples.startIndex + 1)
      box.top = min(box.top, row)
      box.bottom = row + 1
    }
    return box
  }
}
