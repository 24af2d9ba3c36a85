public import MediaTypes

/// Pictures of one size in a folder, in the natural order of their names (2 before 10), at a given rate.
public final class FrameFolderSource: PictureSource {
  private static let extensions: Set = ["png", "jpg", "jpeg", "webp", "bmp", "tif", "tiff"]

  public let info: SourceInfo
  public var index: VideoIndex? { nil }
  private let paths: [String]
  private let background: RGBColor?
  private var latest: (index: Int, frame: Frame)?

  /// Throws 66 where the folder cannot be read, 65 where it holds no picture or the first is none.
  public init(_ path: String, rate: Rational, background: RGBColor? = .black) throws {
    precondition(rate > Rational(0), "a rate is positive")
    let names = try fileNames(in: path).filter { name in
      guard !name.hasPrefix("."), let dot = name.lastIndex(of: ".") else { return false }
      return Self.extensions.contains(name[name.index(after: dot)...].lowercased())
    }
    guard !names.isEmpty else {
      throw MediaError.unusable(
        path, "no pictures in this folder", "put PNG, JPEG or WebP frames into it")
    }
    let folder = path.hasSuffix("/") ? path : path + "/"
    paths = names.sorted(by: comesBefore).map { folder + $0 }
    self.background = background
    var info = try StillSource(paths[0], background: background).info
    info.kind = .frameFolder
    info.averageRate = rate
    info.frameCount = paths.count
    info.durationSeconds = Double(paths.count) / rate.value
    self.info = info
  }

  public func scan(_ visit: (Int, Frame) throws -> Void) throws -> PresentationTimes {
    for index in paths.indices { try visit(index, try frame(at: index)) }
    return PresentationTimes(frameCount: paths.count, rate: info.averageRate ?? info.outputRate)
  }

  public func frame(at index: Int) throws -> Frame {
    if let latest, latest.index == index { return latest.frame }
    let frame = try StillSource(paths[index], background: background).frame(at: 0)
    guard frame.width == info.width, frame.height == info.height else {
      throw MediaError.unusable(
        paths[index],
        "the picture is \(frame.width)x\(frame.height), the folder's first is "
          + "\(info.width)x\(info.height)", "make all pictures one size")
    }
    guard info.hasAlpha || frame.alpha == nil else {
      throw MediaError.unusable(
        paths[index], "the picture can be transparent, the folder's first can't",
        "save all pictures alike, or give a background")
    }
    latest = (index, frame)
    return frame
  }

  public func picture(at index: Int) throws -> RGBPicture { try readPicture(paths[index]) }
}

/// Natural order: runs of digits count as numbers, the rest as text.
func comesBefore(_ left: String, _ right: String) -> Bool {
  var (a, b) = (Substring(left), Substring(right))
  while let x = a.first, let y = b.first {
    if x.isASCII && x.isNumber && y.isASCII && y.isNumber {
      let (m, n) = (a.prefix(while: \.isNumber), b.prefix(while: \.isNumber))
      let (p, q) = (m.drop { $0 == "0" }, n.drop { $0 == "0" })
      if p.count != q.count { return p.count < q.count }
      if p != q { return p < q }
      (a, b) = (a[m.endIndex...], b[n.endIndex...])
    } else if x != y {
      return x < y
    } else {
      (a, b) = (a.dropFirst(), b.dropFirst())
    }
  }
  return a.isEmpty && b.isEmpty ? left < right : a.isEmpty
}
