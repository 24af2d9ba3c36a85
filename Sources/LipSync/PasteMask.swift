public import Face
public import Imaging

/// The soft mask through which MuseTalk's painted face is put back: made once for a source frame, used for every output
/// frame that shows it.
public struct PasteMask: Hashable, Sendable {
  /// How the mask is cut and softened.
  public struct Settings: Hashable, Sendable {
    /// Upstream's is 0.5.
    public static let upperBoundaryRatios = 0.0...1.0
    /// Upstream's are 0.05 in films and 0.1 in its real-time program.
    public static let blurRatios = 0.0...0.25

    /// Where in the height of the square painting begins, in `upperBoundaryRatios`.
    public var upperBoundaryRatio: Double
    /// Size of the blur's kernel in sides of the square, in `blurRatios`; 0 leaves a hard edge.
    public var blurRatio: Double

    public init(upperBoundaryRatio: Double = 0.5, blurRatio: Double = 0.05) {
      self.upperBoundaryRatio = upperBoundaryRatio
      self.blurRatio = blurRatio
    }
  }

  /// Where the painted face goes; it may reach beyond the frame.
  public let box: PixelBox
  /// What the parser saw: `square(around: box)`.
  public let square: PixelBox
  /// How much of the painted face is taken [square.height, square.width, 1].
  public let mask: BytePicture

  init(box: PixelBox, square: PixelBox, mask: BytePicture) {
    (self.box, self.square, self.mask) = (box, square, mask)
  }

  /// The square one and a half times as wide as the longer side of `box`, around its middle.
  public static func square(around box: PixelBox) -> PixelBox {
    func half(_ value: Int) -> Int { value >> 1 }  // rounds down, also below zero
    let (x, y) = (half(box.left + box.right), half(box.top + box.bottom))
    let reach = max(1, Int(Double(half(max(box.width, box.height))) * 1.5))
    return PixelBox(left: x - reach, top: y - reach, right: x + reach, bottom: y + reach)
  }

  /// Resizes what the parser saw to the square, keeps what lies in the box and below the boundary, and blurs it.
  ///
  /// `strength` in [0, 1] makes all of it fainter.
  /// - Throws: `ImagingError.outOfMemory`.
  public init(
    _ parsed: ParsedFace, box: PixelBox, settings: Settings = Settings(), strength: Double = 1
  ) throws(ImagingError) {
    let square = Self.square(around: box)
    let side = square.width
    let whole = try parsed.mask.resized(width: side, height: side, .pillowBicubic)
    var kept = box.relative(to: square).intersection(whole.bounds)
    let ratio = min(max(settings.upperBoundaryRatio, 0), 1)
    kept.top = max(kept.top, Int(Double(side) * ratio))
    var mask = BytePicture(width: side, height: side, channels: 1)
    if !kept.isEmpty { mask.paste(whole.cropped(to: kept), left: kept.left, top: kept.top) }
    let kernel = Int((max(settings.blurRatio, 0) * Double(side) / 2).rounded(.down)) * 2 + 1
    mask = try mask.blurred(kernelSize: kernel)
    if let visible = parsed.visible {
      // After the blur, which would carry paint over what hides the face.
      let limit = try visible.resized(width: side, height: side, .pillowBicubic)
      mask = mask.darker(limit)
    }
    if strength < 1 { mask = mask.scaled(by: max(strength, 0)) }
    self.box = box
    self.square = square
    self.mask = mask
  }
}
