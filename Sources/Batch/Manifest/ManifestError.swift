public import MediaTypes

/// Something wrong in a manifest, and where.
public struct ManifestProblem: Error, Hashable, Sendable, Codable {
  /// Counted from 1, columns in Unicode scalars; both 0 where the file as a whole is meant.
  public let line: Int
  public let column: Int
  /// What is wrong and what to do, on one line.
  public let message: String

  public init(line: Int = 0, column: Int = 0, _ message: String) {
    self.line = line
    self.column = column
    self.message = message
  }

  init(_ mark: ManifestMark, _ message: String) {
    self.init(line: Int(mark.line), column: Int(mark.column), message)
  }
}

/// Everything that is wrong with one manifest.
public struct ManifestError: AvatarError, Equatable {
  /// The manifest, as it was named.
  public let path: String
  /// In the order of the file; the first `ManifestProblems.capacity` of them.
  public let problems: [ManifestProblem]
  /// How many there are altogether.
  public let problemCount: Int
  public let exitCode: ExitCode

  init(
    path: String, problems: [ManifestProblem], problemCount: Int, exitCode: ExitCode = .badInput
  ) {
    self.path = path
    self.problems = problems
    self.problemCount = problemCount
    self.exitCode = exitCode
  }

  /// The one line of a file that can't be read at all.
  init(path: String, _ message: String, exitCode: ExitCode = .badInput) {
    self.init(
      path: path, problems: [ManifestProblem(message)], problemCount: 1, exitCode: exitCode)
  }

  /// The first `limit` problems, one a line, as `file:line:column: message`.
  public func lines(limit: Int = .max) -> [String] {
    problems.prefix(limit).map { problem in
      problem.line == 0
        ? "\(path): \(problem.message)"
        : "\(path):\(problem.line):\(problem.column): \(problem.message)"
    }
  }

  public var description: String {
    let first = lines(limit: 1).first ?? "\(path): can't be used"
    guard problemCount > 1 else { return first }
    return "\(first) (and \(problemCount - 1) more: see `avatar batch validate \(path)`)"
  }
}

/// Collects what is wrong while a manifest is read.
final class ManifestProblems {
  /// Problems that are kept; further ones are only counted.
  static let capacity = 1000
  private var kept: Set<ManifestProblem> = []
  private(set) var count = 0

  var isEmpty: Bool { count == 0 }
  /// Whether further problems are only counted, so that guesses about them are in vain.
  var isFull: Bool { kept.count == Self.capacity }

  /// Notes a problem; the same one in the same place counts once.
  func add(_ mark: ManifestMark, _ message: String) {
    let problem = ManifestProblem(mark, message)
    guard !kept.contains(problem) else { return }
    count += 1
    if kept.count < Self.capacity { kept.insert(problem) }
  }

  /// What was collected, in the order of the file.
  func error(path: String) -> ManifestError {
    let sorted = kept.sorted {
      ($0.line, $0.column, $0.message) < ($1.line, $1.column, $1.message)
    }
    return ManifestError(path: path, problems: sorted, problemCount: count)
  }
}
