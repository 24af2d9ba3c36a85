/// A manifest that was read and found right, with its templates filled in and its jobs made.
public struct ExpandedManifest: Sendable, Hashable, Codable {
  /// Absolute path of the manifest.
  public var path: String
  /// SHA-256 of the manifest's bytes.
  public var digest: String
  /// In the order of the manifest; patterns and matrices in the place of their job.
  public var jobs: [JobSpecification]

  public init(path: String, digest: String, jobs: [JobSpecification]) {
    self.path = path
    self.digest = digest
    self.jobs = jobs
  }
}
