import CCrypto
public import MediaTypes

/// The libraries that only this module knows.
public enum DigestLibraries {
  public static var linked: [LinkedLibrary] {
    [
      LinkedLibrary(
        name: "OpenSSL", version: String(cString: OpenSSL_version(OPENSSL_VERSION_STRING)),
        licence: "Apache-2.0", purpose: "digests")
    ]
  }
}
