import CCurl
public import MediaTypes

/// The libraries that only this module knows.
public enum TransferLibraries {
  public static var linked: [LinkedLibrary] {
    [
      LinkedLibrary(
        name: "libcurl",
        version: String(cString: CCurl_version()),
        licence: "curl", purpose: "downloads of models, telling receivers of events")
    ]
  }
}
