import Imaging
import Lettering
import Media
import MediaTypes

/// A visible label laid out for the pictures of one source, ready to be drawn.
struct VisibleLabelMark {
  let label: VisibleLabel
  private let overlay: Overlay
  private let x: Int
  private let y: Int

  /// - Throws: `RuntimeError`, 65, where the text does not fit; `LetteringError`, 69, where no font has a character.
  init(_ label: VisibleLabel, on info: SourceInfo) throws {
    self.label = label
    let page = LabelPage(info)
    let lettering = try page.layOut(label.text)
    guard page.holds(lettering) else { throw try page.complaint(about: label.text) }
    overlay = try lettering.boxed(padding: page.padding, stretch: page.stretch)
    let (left, top) = (page.left, page.top)
    let right = info.width - left - (overlay.width + 1) & ~1
    let bottom = info.height - top - (overlay.height + 1) & ~1
    switch label.position {
    case .topLeft: (x, y) = (left, top)
    case .topRight: (x, y) = (right, top)
    case .bottomLeft: (x, y) = (left, bottom)
    case .bottomRight: (x, y) = (right, bottom)
    }
  }

  /// Columns and rows that the label covers.
  var size: (width: Int, height: Int) { (overlay.width, overlay.height) }

  /// Rows from the lower edge of pictures like `info`'s up to a label at the bottom and a little more; 0 for one at the top.
  func rowsFromBelow(in info: SourceInfo) -> Int {
    switch label.position {
    case .topLeft, .topRight: 0
    case .bottomLeft, .bottomRight: info.height - y + overlay.height / 4
    }
  }

  /// How many of a video's first frames show the label; nil is all.
  func frameCount(at rate: Rational) -> Int? {
    // Not a frame more because of a product's last bit.
    label.seconds.map { Int(($0 * rate.value - 1e-6).rounded(.up)) }
  }

  /// The label in the codes of frames of this colour description.
  func placed(in color: ColorDescription) -> PlacedOverlay {
    PlacedOverlay(overlay, x: x, y: y, color: color)
  }
}

/// The measures of labels on pictures of one size.
///
/// Letters are measured in what is shown, so pixels that are not square are made up for.
private struct LabelPage {
  /// Labels keep 5 % from the edges, within what every screen shows (EBU R 95).
  private static let margin = 0.05
  /// More than the 5 % of the shorter side that GB 45438-2025 asks, so that they remain when the video is made again.
  private static let capitalHeight = 0.06
  /// Smaller letters can't be read.
  private static let leastCapitalHeight = 8.0
  /// A higher box would hide what it labels.
  private static let largestHeight = 0.5

  let info: SourceInfo
  /// Columns of the picture for a column of what is shown.
  let stretch: Double
  let capitalHeight: Double
  /// From the text to the edge of its box.
  var padding: Double { capitalHeight * 0.55 }
  /// Margins in even numbers, so that chroma belongs to the label whole.
  let left: Int
  let top: Int

  init(_ info: SourceInfo) {
    self.info = info
    stretch = info.sampleAspectRatio.inverse.value
    let shorterSide = min(Double(info.width) / stretch, Double(info.height))
    capitalHeight = max(Self.capitalHeight * shorterSide, Self.leastCapitalHeight)
    func margin(_ side: Int) -> Int { (Int((Double(side) * Self.margin).rounded(.up)) + 1) & ~1 }
    (left, top) = (margin(info.width), margin(info.height))
  }

  private var boxWidth: Int { info.width - 2 * left }
  private var boxHeight: Int {
    min(Int(Double(info.height) * Self.largestHeight), info.height - 2 * top) & ~1
  }

  func layOut(_ text: String) throws -> Lettering {
    let room = Double(boxWidth) / stretch - 2 * padding - 2
    return try Lettering(text, capitalHeight: capitalHeight, lineWidth: max(room, 1))
  }

  func holds(_ lettering: Lettering) -> Bool {
    let (width, height) = lettering.boxSize(padding: padding, stretch: stretch)
    return width <= boxWidth && height <= boxHeight
  }

  func complaint(about text: String) throws -> RuntimeError {
    var beginning = text.dropLast()
    while !beginning.isEmpty, try !holds(layOut(String(beginning))) { beginning.removeLast() }
    let size = "\(info.width)x\(info.height)"
    if beginning.isEmpty {
      return .badInput(
        "visible label: pictures of \(size) are too small for letters that can be read: "
          + "leave it out or make larger pictures")
    }
    return .badInput(
      "visible label: its \(text.count) characters are too many for pictures of \(size): "
        + "use at most \(beginning.count)")
  }
}
