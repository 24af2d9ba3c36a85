import CEBUR128
import CLibAV
public import MediaTypes

/// The libraries that only this module knows.
public enum MediaLibraries {
  public static var linked: [LinkedLibrary] {
    let licence = String(cString: avcodec_license())
    func version(_ number: UInt32) -> String {
      "\(number >> 16).\(number >> 8 & 255).\(number & 255)"
    }
    func library(_ name: String, _ number: UInt32, _ purpose: String) -> LinkedLibrary {
      LinkedLibrary(name: name, version: version(number), licence: licence, purpose: purpose)
    }
    return [
      library("libavformat (FFmpeg)", avformat_version(), "containers"),
      library("libavcodec (FFmpeg, x264)", avcodec_version(), "decoding and encoding"),
      library("libswscale (FFmpeg)", swscale_version(), "pixel formats"),
      library("libswresample (FFmpeg)", swresample_version(), "sample formats"),
      LinkedLibrary(
        name: "libebur128", version: loudnessMeterVersion, licence: "MIT", purpose: "loudness"),
    ]
  }

  private static var loudnessMeterVersion: String {
    var (major, minor, patch): (Int32, Int32, Int32) = (0, 0, 0)
    ebur128_get_version(&major, &minor, &patch)
    return "\(major).\(minor).\(patch)"
  }

  /// Whether the loaded libavcodec can write H.264 through x264.
  public static var hasX264: Bool { avcodec_find_encoder_by_name("libx264") != nil }
}
