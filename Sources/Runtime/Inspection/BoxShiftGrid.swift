import Compute
import Face
import Imaging
import LipSync
import Media
import MediaTypes

/// Sample frames of a clip as MuseTalk would cut and mask the face, a row each, at several values of `--box-shift`.
///
/// What is not repainted is dark; a line marks the middle of the box, where the half begins that the network makes anew.
struct BoxShiftGrid {
  private static let labelHeight = 24
  private static let cellSize = MuseTalkGeometry.cropSize

  let model: MuseTalkModel
  let options: MuseTalkOptions
  let shifts: [Int]
  let device: any Device
  /// Whose face it is on a frame; nil takes the surest.
  let face: ((Int) -> TrackedFace?)?

  /// The picture, and which shifts make sense for the frames that it shows, nil where no face is.
  ///
  /// `check` may throw to stop. Throws as MuseTalk's networks do.
  func draw(
    _ source: any PictureSource, samples: [Int], times: PresentationTimes, check: () throws -> Void
  ) throws -> (picture: RGBPicture, range: MuseTalkGeometry.BoxShiftRange?) {
    let sightings = try sightings(source, samples, check)
    let parser = try model.parser(device: device, precision: .fp32)
    let rowHeight = Self.cellSize + Self.labelHeight
    var sheet = BytePicture(
      width: shifts.count * Self.cellSize, height: samples.count * rowHeight, channels: 3, value: 24
    )
    for (row, index) in samples.enumerated() {
      let frame = try source.frame(at: index)
      for (column, shift) in shifts.enumerated() {
        try check()
        guard let cell = try cell(frame, sightings[row], shift, parser) else { continue }
        sheet.paste(
          cell, left: column * Self.cellSize, top: row * rowHeight + Self.labelHeight)
      }
    }
    let picture = RGBPicture(width: sheet.width, height: sheet.height, samples: sheet.samples)
    return (
      labelled(picture, samples, times, rowHeight), MuseTalkGeometry.boxShiftRange(sightings)
    )
  }

  private func settings(_ shift: Int) -> MuseTalkSettings {
    var options = options
    options.boxShift = shift
    return MuseTalkSettings(options, version: model.version)
  }

  private func sightings(
    _ source: any PictureSource, _ samples: [Int], _ check: () throws -> Void
  ) throws -> [FaceSighting] {
    let isMended = settings(0).compatibility == .mended
    let landmarks = try model.landmarks(refines: isMended, device: device)
    let detector = try model.detector(
      longestSide: isMended ? MuseTalkFaceTracker.detectorSide : .max, device: device)
    let chroma = settings(0).geometry.chroma
    return try samples.map { index in
      try check()
      let frame = try source.frame(at: index)
      if let face {
        var followed = FollowedSightings(landmarks: landmarks, chroma: chroma)
        try followed.add(frame, face: face(index))
        return followed.sightings[0]
      }
      var surest = FaceSightings(landmarks: landmarks, detector: detector, chroma: chroma)
      try surest.add(frame)
      return try surest.finish()[0]
    }
  }

  private func cell(
    _ frame: Frame, _ sighting: FaceSighting, _ shift: Int, _ parser: FaceParser
  ) throws -> BytePicture? {
    let preparation = settings(shift).preparation
    guard let points = sighting.points,
      let box = preparation.geometry.box(
        points: points, detected: sighting.detected, width: frame.width, height: frame.height)
    else { return nil }
    let square = PasteMask.square(around: box)
    let parsed = try preparation.parsing.parse(
      logits: parser.logits(of: frame.pixels(in: square, chroma: preparation.geometry.chroma)))
    let mask = try PasteMask(parsed, box: box, settings: preparation.mask)
    let size = Self.cellSize
    let shown = try mask.mask.cropped(to: box.relative(to: square)).resized(
      width: size, height: size, .openCVBilinear)
    var cell = try preparation.geometry.crop(of: frame, box)
    for place in 0..<(size * size) {
      let share = 96 + Int(shown.samples[place]) * 160 / 255
      for channel in 0..<3 {
        let isMiddle = place / size == size / 2
        let value = Int(cell.samples[3 * place + channel]) * share / 256
        cell.samples[3 * place + channel] = isMiddle ? 255 : UInt8(value)
      }
    }
    return cell
  }

  /// Frame number, time and shift over each cell.
  private func labelled(
    _ picture: RGBPicture, _ samples: [Int], _ times: PresentationTimes, _ rowHeight: Int
  ) -> RGBPicture {
    var sheet = picture.frame()
    for (row, index) in samples.enumerated() {
      let seconds = (times.seconds(index) * 1000).rounded() / 1000
      for (column, shift) in shifts.enumerated() {
        let text =
          (column == 0 ? "#\(index) \(seconds) s  " : "") + (shift > 0 ? "+" : "") + "\(shift)"
        SheetLettering.draw(
          text, at: Point(Double(column * Self.cellSize + 4), Double(row * rowHeight + 5)),
          on: &sheet)
      }
    }
    return sheet.rgbPicture()
  }
}
