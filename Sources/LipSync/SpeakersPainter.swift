public import MediaTypes

/// Paints several faces of one picture, each to a speech of its own, one after another.
public final class SpeakersPainter<Base: MouthPainter>: MouthPainter {
  private let painters: [Base]

  /// One painter for each face.
  public init(_ painters: [Base]) {
    precondition(!painters.isEmpty, "somebody speaks")
    self.painters = painters
  }

  public var batchSize: Int { painters[0].batchSize }

  public func paint(_ moments: [PaintingMoment<[Base.Face?], [Base.Speech]>]) throws -> [Frame] {
    var canvases = moments.map(\.canvas)
    for (speaker, painter) in painters.enumerated() {
      let shown = moments.indices.filter { moments[$0].face[speaker] != nil }
      guard !shown.isEmpty else { continue }
      let own = shown.compactMap { place in
        moments[place].face[speaker].map { face in
          PaintingMoment(
            frame: moments[place].frame, canvas: canvases[place],
            sourceIndex: moments[place].sourceIndex, face: face,
            speech: moments[place].speech[speaker])
        }
      }
      for (place, frame) in zip(shown, try painter.paint(own)) { canvases[place] = frame }
    }
    return canvases
  }
}
