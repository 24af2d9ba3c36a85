import CFFTW
import CSndFile
public import MediaTypes

/// The libraries that only this module knows.
public enum AudioLibraries {
  public static var linked: [LinkedLibrary] {
    [
      LinkedLibrary(
        name: "FFTW", version: versionText, licence: "GPL-2.0-or-later",
        purpose: "spectra"),
      LinkedLibrary(
        name: "libsndfile", version: String(cString: sf_version_string()),
        licence: "LGPL-2.1-or-later", purpose: "sound files"),
    ]
  }

  private static var versionText: String {
    withUnsafeBytes(of: fftwf_version) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
  }
}
