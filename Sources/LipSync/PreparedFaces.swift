import Face
import Imaging
import Foundation
import MediaTypes

/// Latents and masks of a film's faces in two files of a folder, by the numbers of the film's pictures.
public final class PreparedFaces {
  /// The names of the files.
  public static let fileNames = ["latents", "masks"]

  private let latents: PictureRecords
  private let masks: PictureRecords

  /// Opens the files in `folder`, or makes them where it is writable.
  public init(folder: String, isWritable: Bool) {
    let files = Self.fileNames.map {
      PictureRecords(path: "\(folder)/\($0)", isWritable: isWritable)
    }
    (latents, masks) = (files[0], files[1])
  }

  /// Whether all records were whole when they were opened.
  public var isWhole: Bool { latents.isWhole && masks.isWhole }

  public var isEmpty: Bool { latents.indices.isEmpty && masks.indices.isEmpty }

  /// Pictures with both latents and mask.
  public var completeCount: Int { Set(latents.indices).intersection(masks.indices).count }

  /// Adds what `other` has and this has not.
  public func add(_ other: PreparedFaces) {
    for (own, others) in [(latents, other.latents), (masks, other.masks)] {
      for index in others.indices {
        if let bytes = others.bytes(of: index) { own.keep(bytes, for: index) }
      }
    }
  }

  /// Whether all that `other` has is here too.
  public func hasAll(of other: PreparedFaces) -> Bool {
    zip([latents, masks], [other.latents, other.masks]).allSatisfy {
      Set($0.indices).isSuperset(of: $1.indices)
    }
  }

  /// Puts both files on disk; false, with `errno`, where that fails.
  public func synchronize() -> Bool { latents.synchronize() && masks.synchronize() }

  func latents(of index: Int, count: Int) -> [Float]? {
    guard let bytes = latents.bytes(of: index), bytes.count == 4 * count else { return nil }
    return bytes.withUnsafeBytes { bytes in
      (0..<count).map { place in
        let bits = bytes.loadUnaligned(fromByteOffset: 4 * place, as: UInt32.self)
        return Float(bitPattern: UInt32(littleEndian: bits))
      }
    }
  }

  func keep(_ values: [Float], for index: Int) {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(4 * values.count)
    for value in values {
      withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
    }
    latents.keep(bytes, for: index)
  }

  /// Nil where the mask is not that of `box`.
  func mask(of index: Int, box: PixelBox) -> PasteMask? {
    masks.bytes(of: index).flatMap(PasteMask.init(packed:)).flatMap { $0.box == box ? $0 : nil }
  }

  func keep(_ mask: PasteMask, for index: Int) { masks.keep(mask.packed, for: index) }
}
