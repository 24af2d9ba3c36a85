import Imaging
import Lettering
import Media
import MediaTypes

/// Captions laid out for the pictures of one source: white on a dark box in the middle below.
struct CaptionDrawing {
  /// Of the shorter side: what subtitles on television have.
  private static let capitalHeight = 0.04
  /// Smaller letters can't be read.
  private static let leastCapitalHeight = 8.0
  /// Captions keep 5 % from the edges, within what every screen shows (EBU R 95).
  private static let margin = 0.05
  /// Higher captions would hide too much.
  private static let largestHeight = 0.4

  /// One at a time, in order.
  let captions: [Caption]
  private let info: SourceInfo
  /// Columns of the picture for a column of what is shown.
  private let stretch: Double
  private let capitalHeight: Double
  private let marginBelow: Int

  /// - Throws: `RuntimeError`, 65, for a caption that does not fit; `LetteringError`, 69, where no font has a character.
  init(_ captions: [Caption], of path: String, on info: SourceInfo, above taken: Int) throws {
    self.captions = captions
    self.info = info
    stretch = info.sampleAspectRatio.inverse.value
    let shorterSide = min(Double(info.width) / stretch, Double(info.height))
    capitalHeight = max(Self.capitalHeight * shorterSide, Self.leastCapitalHeight)
    marginBelow = max(taken, Int(Double(info.height) * Self.margin))
    for caption in captions {
      let box = try layOut(caption).boxSize(padding: padding, stretch: stretch)
      let room = min(Double(info.height) * Self.largestHeight, Double(info.height - marginBelow))
      guard box.width <= info.width & ~1, Double(box.height) <= room else {
        let time = ContactSheet.timeText(Double(caption.milliseconds.lowerBound) / 1000)
        throw RuntimeError.badInput(
          "captions \(path): the one at \(time) is too long for pictures of "
            + "\(info.width)x\(info.height): split it, or use --caption-style track")
      }
    }
  }

  private var padding: Double { capitalHeight * 0.6 }

  static func letters(
    _ text: String, capitalHeight: Double, lineWidth: Double = .infinity
  ) throws -> Lettering {
    try Lettering(
      text, capitalHeight: capitalHeight, lineWidth: lineWidth, alignment: .center)
  }

  /// Lines of about equal length, no more of them than fit the width.
  private func layOut(_ caption: Caption) throws -> Lettering {
    let room = Double(info.width) * (1 - 2 * Self.margin) / stretch - 2 * padding
    func lines(_ width: Double) throws -> Lettering {
      try Self.letters(caption.text, capitalHeight: capitalHeight, lineWidth: max(width, 1))
    }
    let widest = try lines(room)
    guard try lines(.infinity).height < widest.height * 0.9 else { return widest }
    var (low, high) = (room / 2, room)
    while high - low > capitalHeight {
      let middle = (low + high) / 2
      if try lines(middle).height > widest.height * 1.05 { low = middle } else { high = middle }
    }
    return try lines(high)
  }

  /// The number of the caption that frame `index` shows; nil where it shows none.
  func caption(atFrame index: Int, rate: Rational) -> Int? {
    let time = index * 1000 * rate.denominator
    var (low, high) = (0, captions.count)
    while low < high {
      let middle = (low + high) / 2
      if captions[middle].milliseconds.lowerBound * rate.numerator <= time {
        low = middle + 1
      } else {
        high = middle
      }
    }
    guard low > 0, captions[low - 1].milliseconds.upperBound * rate.numerator > time else {
      return nil
    }
    return low - 1
  }

  /// Caption `number` in the codes of frames of this colour description.
  func placed(_ number: Int, in color: ColorDescription) throws -> PlacedOverlay {
    let overlay = try layOut(captions[number]).boxed(padding: padding, stretch: stretch)
    let x = (info.width - (overlay.width + 1) & ~1) / 2 & ~1
    let y = (info.height - marginBelow - (overlay.height + 1) & ~1) & ~1
    return PlacedOverlay(overlay, x: max(x, 0), y: max(y, 0), color: color)
  }
}
