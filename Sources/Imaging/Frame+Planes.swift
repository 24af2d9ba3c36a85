import CKernels
import MediaTypes

/// One plane of a frame: where its samples lie, and how luma coordinates map to its own.
struct Plane {
  let range: Range<Int>
  let width: Int
  let height: Int
  /// Continuous luma coordinates -> continuous coordinates of this plane.
  ///
  /// Chroma of 4:2:0 video is sited on the left: level with every second luma column, between two
  /// luma rows.
  let fromLuma: Similarity

  static let chromaFromLuma = Similarity(a: 0.5, b: 0, shiftX: 0.25, shiftY: 0)
}

extension Frame {
  var lumaPlane: Plane {
    Plane(range: lumaRange, width: width, height: height, fromLuma: .identity)
  }

  var chromaPlanes: (first: Plane, second: Plane) {
    func plane(_ range: Range<Int>) -> Plane {
      Plane(range: range, width: width / 2, height: height / 2, fromLuma: Plane.chromaFromLuma)
    }
    return (plane(firstChromaRange), plane(secondChromaRange))
  }
}

extension Similarity {
  var kernel: CKernelsImaging_similarity {
    CKernelsImaging_similarity(a: a, b: b, tx: shiftX, ty: shiftY)
  }
}
