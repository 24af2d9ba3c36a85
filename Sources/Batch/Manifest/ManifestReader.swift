import Glibc
import MediaTypes

/// Reads manifests: YAML or JSON files that ask for many jobs.
///
/// Nothing is run and nothing written; the disk is asked which files match patterns and whether inputs exist.
public struct ManifestReader: Sendable {
  private let kinds: [JobKind]
  private let environment: [String: String]
  private let date: String

  /// A reader of manifests that ask for `kinds` of work, in the order in which a job with several does them.
  ///
  /// `environment` and `date` are what the templates `{{env.NAME}}` and `{{date}}` stand for.
  public init(
    kinds: [JobKind], environment: [String: String], date: String = ManifestReader.today()
  ) {
    self.kinds = kinds
    self.environment = environment
    self.date = date
  }

  /// The jobs of the manifest at `path`; throws everything that is wrong with it at once.
  public func read(_ path: String) throws(ManifestError) -> ExpandedManifest {
    let file = try ManifestFile(path)
    let problems = ManifestProblems()
    let paths = ManifestPaths(manifest: path)
    let interpreter = ManifestInterpreter(
      kinds: kinds, variables: JobVariables(date: date, environment: environment), paths: paths,
      problems: problems)
    let jobs = interpreter.jobs(try Self.parse(file.text, path))
    guard problems.isEmpty else { throw problems.error(path: path) }
    return ExpandedManifest(
      path: "\(paths.baseFolder)/\(FilePath.name(of: path))", digest: file.digest, jobs: jobs)
  }

  private static func parse(_ text: String, _ path: String) throws(ManifestError) -> ManifestNode {
    do throws(ManifestProblem) {
      let isJSON = FilePath.pathExtension(of: path).lowercased() == "json"
      let root = isJSON ? try JSONReader.read(text) : try YAMLReader.read(text)
      if let root, !root.isNull { return root }
    } catch {
      throw ManifestError(path: path, problems: [error], problemCount: 1)
    }
    let message = "is empty: begin with version: \(ManifestInterpreter.version)"
    throw ManifestError(path: path, message)
  }

  /// The local day, as 2025-03-30.
  public static func today() -> String {
    var (now, parts) = (time(nil), tm())
    localtime_r(&now, &parts)
    func digits(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return "\(parts.tm_year + 1900)-\(digits(parts.tm_mon + 1))-\(digits(parts.tm_mday))"
  }
}

extension ManifestNode {
  fileprivate var isNull: Bool {
    if case .null = content { true } else { false }
  }
}
