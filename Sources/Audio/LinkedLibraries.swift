import CFFTW
import CSndFile
public import MediaTypes

/// The libraries that only this module knows.
public enum AudioLibraries {
  public static var linked: [LinkedLibrary] {
    [
      LinkedLibrary(
        name: "FFTW", version: String(cString: CFFTW_version()), licence: "GPL-2.0-or-later",
        purpose: "spectra"),
      LinkedLibrary(
        name: "libsndfile", version: String(cString: sf_version_string()),
        licence: "LGPL-2.1-or-later", purpose: "sound files"),
    ]
  }
}
