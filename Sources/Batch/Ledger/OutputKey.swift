import Digests

/// The key of a job and its output: equal keys mean equal outputs, byte for byte.
enum OutputKey {
  /// The SHA-256 over the executor's `identity` and the inputs' digests in the executor's order, each with its length.
  static func make(identity: String, inputDigests: [String], makesContactSheet: Bool) -> String {
    var hash = SHA256()
    hash.update("avatar job 1\n")
    hash.update("\(identity.utf8.count) \(identity)\n")
    for digest in inputDigests { hash.update("\(digest)\n") }
    if makesContactSheet { hash.update("contact sheet\n") }
    return hash.finish()
  }
}

extension JobExecutor {
  /// The key of `job` as its inputs are now.
  ///
  /// Throws an `AvatarError` when the job can't be done here, or an input can't be read.
  func key(of job: JobSpecification, digests: FileDigests) throws -> String {
    let identity = try identity(of: job)
    return OutputKey.make(
      identity: identity,
      inputDigests: try inputs(of: job).map { try digests.digest(of: $0) },
      makesContactSheet: job.makesContactSheet)
  }
}
