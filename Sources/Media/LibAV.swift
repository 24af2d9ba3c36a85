import CLibAV
import CLibAVShims
import Glibc
import MediaTypes

/// The one place where libav's return codes become errors.
enum LibAV {
  /// Evaluated before libav is first used: its messages never reach stderr.
  static let silenced: Void = CLibAV_capture_log()

  static func message(_ code: Int32) -> String {
    var buffer = [CChar](repeating: 0, count: 128)
    av_strerror(code, &buffer, buffer.count)
    return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// libav's own words on its latest failure in this thread, or its name for `code`.
  static func detail(_ code: Int32) -> String {
    let words = String(cString: CLibAV_last_message())
    let trimmed = words.drop { $0 == " " }.reversed().drop { $0 == " " || $0 == "." }.reversed()
    CLibAV_clear_message()
    // libav would list every format that is allowed.
    if trimmed.starts(with: "Format not on whitelist") { return "of no kind that is read here" }
    return trimmed.isEmpty ? message(code) : String(trimmed)
  }

  /// Throws for a negative `code` of a call that reads `path`.
  @discardableResult
  static func reading(_ path: String, _ what: String, _ code: Int32) throws -> Int32 {
    guard code < 0 else { return code }
    if [ENOENT, EACCES, EPERM, EIO, EMFILE].contains(-code) {
      throw MediaError.reading(path, errno: -code)
    }
    if -code == ENOMEM { throw outOfMemory(path) }
    throw MediaError.unusable(
      path, "\(what) (\(detail(code)))", "give a file that plays, or convert it to mp4 or wav")
  }

  /// Throws for a negative `code` of a call that writes `path`.
  @discardableResult
  static func writing(_ path: String, _ what: String, _ code: Int32) throws -> Int32 {
    guard code < 0 else { return code }
    if -code == ENOMEM { throw outOfMemory(path) }
    if -code < 200, -code != EINVAL { throw MediaError.writing(path, errno: -code) }
    throw MediaError(.internalError, "\(what) (\(detail(code)))", path, "please report this")
  }

  /// Unwraps what libav only withholds when memory is short.
  static func allocated<T>(_ value: T?, _ path: String) throws -> T {
    guard let value else { throw outOfMemory(path) }
    return value
  }

  private static func outOfMemory(_ path: String) -> MediaError {
    MediaError(.inputOutputError, "out of memory", path, "close other programs and run again")
  }
}

extension Rational {
  /// nil where libav's fraction is unknown (a part is zero) or negative.
  init?(_ value: AVRational) {
    guard value.num > 0, value.den > 0 else { return nil }
    self.init(Int(value.num), Int(value.den))
  }

  var libAV: AVRational { AVRational(num: Int32(numerator), den: Int32(denominator)) }
}

/// Owns an `AVFrame`.
final class DecodedFrame {
  private(set) var pointer: UnsafeMutablePointer<AVFrame>

  init(_ path: String) throws { pointer = try LibAV.allocated(av_frame_alloc(), path) }

  deinit {
    var owned: UnsafeMutablePointer<AVFrame>? = pointer
    av_frame_free(&owned)
  }
}

extension UnsafeMutablePointer<AVFrame> {
  /// Fills the planes, writable and of this frame's size, with 4:2:0 samples.
  func copySamples(of frame: Frame) {
    let target = pointee
    frame.samples.withUnsafeBufferPointer { samples in
      var source = samples.baseAddress!
      for (start, stride, width, height) in [
        (target.data.0!, Int(target.linesize.0), frame.width, frame.height),
        (target.data.1!, Int(target.linesize.1), frame.width / 2, frame.height / 2),
        (target.data.2!, Int(target.linesize.2), frame.width / 2, frame.height / 2),
      ] {
        for row in 0..<height {
          (start + row * stride).update(from: source, count: width)
          source += width
        }
      }
    }
  }
}

/// Owns an `AVPacket`.
final class Packet {
  private(set) var pointer: UnsafeMutablePointer<AVPacket>

  init(_ path: String) throws { pointer = try LibAV.allocated(av_packet_alloc(), path) }

  deinit {
    var owned: UnsafeMutablePointer<AVPacket>? = pointer
    av_packet_free(&owned)
  }
}
