import COneDNN
import COpenBLAS
public import MediaTypes

/// The libraries that only this module knows.
public enum ComputeLibraries {
  public static var linked: [LinkedLibrary] {
    let version = dnnl_version().pointee
    return [
      LinkedLibrary(
        name: "oneDNN", version: "\(version.major).\(version.minor).\(version.patch)",
        licence: "Apache-2.0", purpose: "convolutions and matrix products"),
      LinkedLibrary(
        name: "OpenBLAS", version: String(cString: openblas_get_config()),
        licence: "BSD-3-Clause", purpose: "reference matrix products"),
    ]
  }
}
