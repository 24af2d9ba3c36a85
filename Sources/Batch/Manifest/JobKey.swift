/// The keys of a job beside its kinds of work, with what the schema says of them.
enum JobKey: String, CaseIterable {
  case name
  case output
  case forEach = "for_each"
  case matrix
  case needs
  case priority
  case retries
  case timeout
  case labels
  case contactSheet = "contact_sheet"

  var summary: String {
    switch self {
    case .name:
      "What the job is called, unique in its batch (default: the file's and the matrix's names, else the output's)."
    case .output: "The finished file."
    case .forEach: "A job for each file that matches: a pattern such as songs/*.wav, or a list."
    case .matrix: "A job for each combination of these values."
    case .needs: "Jobs that must succeed before this one starts."
    case .priority: "Jobs of higher priority start first (default 0)."
    case .retries: "How often a failure that may pass is tried again, and how patiently."
    case .timeout: "Longest time of an attempt, and of all attempts together."
    case .labels: "Free text by name, shown and filtered by."
    case .contactSheet: "Whether a sheet of frames is written beside the output."
    }
  }

  /// Whether `defaults` may have it: what tells jobs apart can't be a default.
  var isDefault: Bool {
    switch self {
    case .name, .forEach, .matrix, .needs: false
    default: true
    }
  }

  /// Whether a job's value is laid over the default's key by key.
  static func isMerged(_ key: String) -> Bool {
    [JobKey.retries, .timeout, .labels].contains { $0.rawValue == key }
  }

  static let priorityRange = -1000...1000
  static let retryLimitRange = 0...100
  static let nameByteLimit = 200
}
