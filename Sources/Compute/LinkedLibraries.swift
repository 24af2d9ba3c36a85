import COpenBLAS
public import MediaTypes

/// The libraries that only this module knows.
public enum ComputeLibraries {
  public static var linked: [LinkedLibrary] {
    [
      LinkedLibrary(
        name: "OpenBLAS", version: String(cString: openblas_get_config()),
        licence: "BSD-3-Clause", purpose: "matrix products of the reference device")
    ]
  }
}
