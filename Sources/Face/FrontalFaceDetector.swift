import CFaceDetector
import Imaging
public import MediaTypes
import Synchronization

/// dlib's frontal face detector, which carries its own weights; calls take turns.
public final class FrontalFaceDetector: FaceDetecting {
  private struct Handle: ~Copyable {
    let raw: OpaquePointer
    deinit { CFaceDetector_destroy(raw) }
  }

  // The pointer is only used under the lock.
  private let handle: Mutex<Handle>

  /// Version of the dlib in use.
  public static var libraryVersion: String { String(cString: CFaceDetector_dlib_version()) }

  /// Longest side of the picture that is searched first, and of the one searched when that had none.
  private static let searchSides = [640, 1280]
  /// Pixels of the picture searched around a known face, which is then about 100 pixels wide.
  private static let nearSize = 256
  private static let nearFactor = 2.6

  /// - Throws: `FaceError.detector`.
  public init() throws(FaceError) {
    guard let raw = CFaceDetector_create() else { throw .detector(reason: "it could not start") }
    handle = Mutex(Handle(raw: raw))
  }

  /// All faces of about 80 pixels and more in the picture shrunk to 640 pixels; where there is none,
  /// of half that size or less.
  public func faces(in frame: Frame) throws -> [DetectedFace] {
    var searched = 0
    for side in Self.searchSides {
      let longest = max(frame.width, frame.height)
      let factor = min(1, Double(side) / Double(longest))
      let (width, height) = (
        max(1, Int(Double(frame.width) * factor)), max(1, Int(Double(frame.height) * factor))
      )
      let upsample = longest <= searched
      let luma = try frame.luma(width: width, height: height)
      let toImage = Similarity(scale: Double(frame.width) / Double(width))
      let found = try detect(
        luma, width: width, height: height, upsample: upsample, toImage: toImage, roll: 0)
      if !found.isEmpty { return found }
      searched = side
    }
    return []
  }

  public func faces(in frame: Frame, around known: FaceSquare) throws -> [DetectedFace] {
    let toImage = known.surroundings(factor: Self.nearFactor, size: Self.nearSize)
    let luma = frame.lumaCrop(toImage, size: Self.nearSize).map {
      UInt8(min(max($0, 0), 255).rounded())
    }
    return try detect(
      luma, width: Self.nearSize, height: Self.nearSize, upsample: false, toImage: toImage,
      roll: known.rollRadians)
  }

  private func detect(
    _ luma: [UInt8], width: Int, height: Int, upsample: Bool, toImage: Similarity, roll: Double
  ) throws(FaceError) -> [DetectedFace] {
    var boxes = [CFaceDetector_box](repeating: CFaceDetector_box(), count: 32)
    var count: Int32 = 0
    let status = handle.withLock { handle in
      CFaceDetector_detect(
        handle.raw, luma, Int32(width), Int32(height), Int32(width), upsample ? 1 : 0, 0, &boxes,
        Int32(boxes.count), &count)
    }
    switch Int(status) {
    case CFaceDetector_ok: break
    case CFaceDetector_out_of_memory:
      throw .detector(reason: "memory is short for \(width)x\(height) pixels")
    default: throw .detector(reason: "code \(status) on \(width)x\(height) pixels")
    }
    return boxes.prefix(Int(count)).map { box in
      let center = toImage(Point(box.left + box.width / 2, box.top + box.height / 2))
      let side = (box.width + box.height) / 2 * toImage.scale
      return DetectedFace(
        square: FaceSquare(center: center, side: side, rollRadians: roll), score: box.score)
    }
  }
}
