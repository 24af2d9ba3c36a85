public import MediaTypes

/// Frames in presentation order: a video, a folder of pictures, one picture.
///
/// A source belongs to one thread at a time. Making another of the same file is cheap, with the `index` of the first.
public protocol PictureSource: AnyObject {
  /// `warnings` may grow during `scan`.
  var info: SourceInfo { get }
  /// What `scan` learnt of a video, for opening it again without a scan; nil before, and for pictures.
  var index: VideoIndex? { get }
  /// Decodes everything once, in order, and gives each frame with its number to `visit`.
  ///
  /// Throws `MediaError` (65) for damaged files and whatever `visit` throws.
  func scan(_ visit: (Int, Frame) throws -> Void) throws -> PresentationTimes
  /// Frame `index` (0 up to the count that `scan` found), the same bytes as in the scan; neighbours before and after are near.
  func frame(at index: Int) throws -> Frame
  /// The same frame in RGB, over black where it is transparent; pictures are not brought to 4:2:0 on the way.
  func picture(at index: Int) throws -> RGBPicture
}

extension PictureSource {
  public func picture(at index: Int) throws -> RGBPicture { try frame(at: index).rgbPicture() }
}

/// Opens a video, a picture or a folder of pictures.
///
/// - Parameters:
///   - path: a file or folder.
///   - background: what shows through transparent places; nil keeps them transparent, in `Frame.alpha`.
///   - folderRate: frames per second of a folder of pictures.
///   - index: from an earlier scan of the same video: then none is needed.
/// - Returns: the source, not yet scanned.
/// - Throws: `MediaError`: 66 where nothing readable is there, 65 where it holds no picture.
public func openPictureSource(
  _ path: String, background: RGBColor? = .black, folderRate: Rational = Rational(25),
  index: VideoIndex? = nil
) throws -> any PictureSource {
  let file = try InputFile(path)
  if file.isFolder {
    return try FrameFolderSource(path, rate: folderRate, background: background)
  }
  if file.pictureFormat != nil { return try StillSource(path, background: background) }
  if let index { return try VideoSource(path, index: index) }
  return try VideoSource(path, background: background)
}
