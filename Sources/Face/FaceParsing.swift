import CKernels
public import Compute
public import Imaging

/// Which parts of a face MuseTalk repaints, from the face parser's 19 classes.
///
/// The parser looks at a square around the face, resized to 512 x 512; so does everything here.
public struct FaceParsing: Hashable, Sendable {
  /// What belongs to the mask.
  public enum Mode: String, Hashable, Sendable, CaseIterable, Codable {
    /// Skin, mouth and lips: 1.0's.
    case raw
    /// Skin and a margin below it for the chin's movement, narrower at the cheeks, without the nose; mouth and lips: 1.5's.
    case jaw
    /// Skin, mouth, lips and neck.
    case neck
  }

  /// Side of the parser's picture.
  public static let size = 512
  public static let classCount = 19
  /// Cheek widths that upstream's page offers.
  public static let cheekWidths = 20...160

  public var mode: Mode
  /// How far from the middle the cheeks begin, where the chin's margin is narrowed, in pixels of 512.
  ///
  /// In `cheekWidths`; larger ones repaint more of the cheek. Only `.jaw` looks at them.
  public var leftCheekWidth: Int
  public var rightCheekWidth: Int
  public var compatibility: MuseTalkCompatibility

  public init(
    mode: Mode, leftCheekWidth: Int = 90, rightCheekWidth: Int = 90,
    compatibility: MuseTalkCompatibility = .mended
  ) {
    self.mode = mode
    self.leftCheekWidth = leftCheekWidth
    self.rightCheekWidth = rightCheekWidth
    self.compatibility = compatibility
  }

  /// The parser's picture of an RGB square [1, 3, 512, 512], normalised as ImageNet's.
  /// - Throws: `ImagingError.outOfMemory`.
  public static func input(_ square: BytePicture) throws(ImagingError) -> HostTensor {
    let resized = try square.resized(width: size, height: size, .pillowBilinear)
    return resized.normalized(
      means: [0.485, 0.456, 0.406].map { $0 * 255 },
      deviations: [0.229, 0.224, 0.225].map { $0 * 255 })
  }

  /// What the parser's logits [1, 19, 512, 512] say.
  ///
  /// Mended, the likelihoods of the classes count, not only the likeliest: what hides the face is spared.
  /// - Throws: `ImagingError.outOfMemory`.
  public func parse(logits: HostTensor) throws(ImagingError) -> ParsedFace {
    precondition(
      logits.shape == [1, Self.classCount, Self.size, Self.size], "logits \(logits.shape)")
    let pixels = Self.size * Self.size
    var classes = BytePicture(width: Self.size, height: Self.size, channels: 1)
    var (member, hiding) = (classes, classes)
    CKernelsPixels_classes(
      logits.values, Int32(Self.classCount), Int32(pixels), bits(memberClasses), bits(Self.hiding),
      &classes.samples, &member.samples, &hiding.samples)
    let hard = try mask(classes: classes)
    guard compatibility == .mended else { return ParsedFace(mask: hard, visible: nil) }
    guard mode == .jaw else { return ParsedFace(mask: member, visible: nil) }
    let hull = FaceHull(of: classes, classes: memberClasses)
    return ParsedFace(mask: hard, visible: hull.sparing(hiding))
  }

  /// The mask of a map of classes [512, 512, 1], as upstream makes it.
  /// - Throws: `ImagingError.outOfMemory`.
  public func mask(classes: BytePicture) throws(ImagingError) -> BytePicture {
    precondition(
      classes.width == Self.size && classes.height == Self.size && classes.channels == 1,
      "classes [512, 512, 1]")
    guard mode == .jaw else { return classes.matching(memberClasses) }
    let wide = try classes.matching([.skin]).dilated(Self.chin)
    let narrow = try wide.eroded(Self.cheek).eroded(Self.cheek)
    let (left, right) = (Self.size / 2 - leftCheekWidth, Self.size / 2 + rightCheekWidth)
    var result = wide
    CKernelsPixels_jaw(
      narrow.samples, classes.samples, Int32(Self.size), Int32(Self.size), Int32(clamping: left),
      Int32(clamping: right), bits([.nose]), bits([.mouth, .upperLip, .lowerLip]), &result.samples)
    return result
  }

  private var memberClasses: [FaceClass] {
    [.skin, .mouth, .upperLip, .lowerLip] + (mode == .neck ? [.neck] : [])
  }

  /// What may lie before a mouth; the parser knows no hands or microphones, which it takes for background or cloth.
  private static let hiding: [FaceClass] = [.background, .cloth, .hair, .hat, .glasses]

  /// A cone that opens downwards, then a column: masks grow up to 16 pixels up, 6 down and 10 to each side.
  private static let chin = StructuringElement(
    firstRow: -6, reach: Array(0...10) + [Int](repeating: 10, count: 12))

  private static let cheek = StructuringElement(firstRow: -1, reach: [0, 17, 0])
}

/// The parser's classes that matter here, by its numbers.
enum FaceClass: Int32 {
  case background = 0
  case skin = 1
  case glasses = 6
  case nose = 10
  case mouth = 11
  case upperLip = 12
  case lowerLip = 13
  case neck = 14
  case cloth = 16
  case hair = 17
  case hat = 18
}

/// What the face parser saw in a square around a face.
public struct ParsedFace: Hashable, Sendable {
  /// Where to paint [512, 512, 1].
  public var mask: BytePicture
  /// How likely nothing hides the face [512, 512, 1]: the most that is painted.
  ///
  /// Nil where that is in the mask.
  public var visible: BytePicture?

  public init(mask: BytePicture, visible: BytePicture?) {
    self.mask = mask
    self.visible = visible
  }
}

/// A set of classes as the kernels want it.
private func bits(_ classes: [FaceClass]) -> UInt32 {
  classes.reduce(0) { $0 | 1 << UInt32($1.rawValue) }
}

extension BytePicture {
  /// A mask of the pixels with one of `classes`.
  fileprivate func matching(_ classes: [FaceClass]) -> BytePicture {
    var result = self
    CKernelsPixels_matching(samples, Int32(samples.count), bits(classes), &result.samples)
    return result
  }
}
