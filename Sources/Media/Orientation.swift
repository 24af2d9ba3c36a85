import CLibAV

/// How a stored picture is turned for showing: swap the axes first, then mirror.
struct Orientation: Hashable {
  var swapsAxes = false
  var mirrorsHorizontally = false
  var mirrorsVertically = false
  /// The angle was no multiple of 90 degrees and was rounded to one.
  var isApproximate = false

  static let upright = Orientation()

  var isUpright: Bool { !swapsAxes && !mirrorsHorizontally && !mirrorsVertically }

  /// Clockwise turn in degrees, where there is no mirroring.
  var rotationDegrees: Int {
    switch (swapsAxes, mirrorsHorizontally, mirrorsVertically) {
    case (true, true, false): 90
    case (false, true, true): 180
    case (true, false, true): 270
    default: 0
    }
  }

  init(swapsAxes: Bool = false, mirrorsHorizontally: Bool = false, mirrorsVertically: Bool = false)
  {
    self.swapsAxes = swapsAxes
    self.mirrorsHorizontally = mirrorsHorizontally
    self.mirrorsVertically = mirrorsVertically
  }

  /// From a container's display matrix: nine numbers, (x, y) -> (m0 x + m3 y, m1 x + m4 y).
  init(displayMatrix m: UnsafePointer<Int32>) {
    let straight = max(abs(Int(m[0])), abs(Int(m[4])))
    let crossed = max(abs(Int(m[1])), abs(Int(m[3])))
    if straight >= crossed {
      self.init(mirrorsHorizontally: m[0] < 0, mirrorsVertically: m[4] < 0)
    } else {
      self.init(swapsAxes: true, mirrorsHorizontally: m[3] < 0, mirrorsVertically: m[1] < 0)
    }
    isApproximate = min(straight, crossed) * 100 > max(straight, crossed)
  }

  /// From EXIF's orientation tag, 1...8; anything else is upright.
  init(exif tag: Int) {
    switch tag {
    case 2: self.init(mirrorsHorizontally: true)
    case 3: self.init(mirrorsHorizontally: true, mirrorsVertically: true)
    case 4: self.init(mirrorsVertically: true)
    case 5: self.init(swapsAxes: true)
    case 6: self.init(swapsAxes: true, mirrorsHorizontally: true)
    case 7: self.init(swapsAxes: true, mirrorsHorizontally: true, mirrorsVertically: true)
    case 8: self.init(swapsAxes: true, mirrorsVertically: true)
    default: self.init()
    }
  }

  init(stream: UnsafeMutablePointer<AVStream>) {
    let bytes = av_stream_get_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, nil)
    self = bytes.map { Self(matrixBytes: $0) } ?? .upright
  }

  /// From what a picture's decoder found in it (EXIF).
  init(picture frame: UnsafeMutablePointer<AVFrame>) {
    if let side = av_frame_get_side_data(frame, AV_FRAME_DATA_DISPLAYMATRIX) {
      self.init(matrixBytes: side.pointee.data)
    } else if let entry = av_dict_get(frame.pointee.metadata, "Orientation", nil, 0) {
      let digits = String(cString: entry.pointee.value).filter(\.isNumber)
      self.init(exif: Int(digits) ?? 1)
    } else {
      self.init()
    }
  }

  private init(matrixBytes: UnsafeMutablePointer<UInt8>) {
    self = matrixBytes.withMemoryRebound(to: Int32.self, capacity: 9) { Self(displayMatrix: $0) }
  }

  /// Size after turning.
  func size(width: Int, height: Int) -> (width: Int, height: Int) {
    swapsAxes ? (height, width) : (width, height)
  }

  /// Appends the turned plane to `output`; `plane` is height x width x `channels` samples.
  func append(
    _ plane: ArraySlice<UInt8>, width: Int, height: Int, channels: Int = 1,
    to output: inout [UInt8]
  ) {
    let (outWidth, outHeight) = size(width: width, height: height)
    plane.withUnsafeBufferPointer { source in
      for y in 0..<outHeight {
        let row = mirrorsVertically ? outHeight - 1 - y : y
        for x in 0..<outWidth {
          let column = mirrorsHorizontally ? outWidth - 1 - x : x
          let start = (swapsAxes ? column * width + row : row * width + column) * channels
          for channel in 0..<channels { output.append(source[start + channel]) }
        }
      }
    }
  }
}
