public import Batch

/// The kinds of work that manifests may ask for, in the order in which a job with several does them.
public enum JobKinds {
  /// - Throws: `RuntimeError` when the embedded presenters can't be read (a broken build).
  public static func all() throws -> [JobKind] {
    try [GenerateJobKind.describe(), SpeakJobKind.describe()]
  }
}
