import CFaceDetector
public import MediaTypes

/// The libraries that only this module knows.
public enum FaceLibraries {
  public static var linked: [LinkedLibrary] {
    [
      LinkedLibrary(
        name: "dlib", version: String(cString: CFaceDetector_dlib_version()),
        licence: "BSL-1.0", purpose: "face detection")
    ]
  }
}
