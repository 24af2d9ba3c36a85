/// One component of a file pattern, such as `song-?.[mw]*`.
struct NamePattern {
  private enum Part {
    case scalar(Unicode.Scalar)
    case any
    case anyRun
    case oneOf([ClosedRange<Unicode.Scalar>], isNegated: Bool)
  }

  private let parts: [Part]

  init(_ text: String) {
    var parts: [Part] = []
    var rest = Array(text.unicodeScalars)[...]
    while let scalar = rest.popFirst() {
      switch scalar {
      case "*": parts.append(.anyRun)
      case "?": parts.append(.any)
      case "\\": parts.append(.scalar(rest.popFirst() ?? scalar))
      case "[": parts.append(Self.takeSet(&rest) ?? .scalar("["))
      default: parts.append(.scalar(scalar))
      }
    }
    self.parts = parts
  }

  /// The set whose opening bracket was taken; nil, and nothing more taken, where it is not closed.
  private static func takeSet(_ text: inout ArraySlice<Unicode.Scalar>) -> Part? {
    var rest = text
    let isNegated = rest.first == "!" || rest.first == "^"
    if isNegated { rest.removeFirst() }
    var ranges: [ClosedRange<Unicode.Scalar>] = []
    while let first = rest.popFirst() {
      if first == "]" && !ranges.isEmpty {
        text = rest
        return .oneOf(ranges, isNegated: isNegated)
      }
      let isRange = rest.first == "-" && rest.dropFirst().first.map { $0 != "]" } == true
      let last = isRange ? rest.dropFirst().first ?? first : first
      if isRange { rest = rest.dropFirst(2) }
      ranges.append(min(first, last)...max(first, last))
    }
    return nil
  }

  /// Whether the whole of `name` matches.
  func matches(_ name: String) -> Bool {
    let scalars = Array(name.unicodeScalars)
    if scalars.first == ".", case .scalar(".")? = parts.first {
    } else if scalars.first == "." {
      return false
    }
    // A run that turned out too short is lengthened; runs before it need not be.
    var (part, position) = (0, 0)
    var lastRun: (part: Int, position: Int)?
    while position < scalars.count {
      if part < parts.count, case .anyRun = parts[part] {
        lastRun = (part, position)
        part += 1
      } else if part < parts.count, Self.accepts(parts[part], scalars[position]) {
        part += 1
        position += 1
      } else if let run = lastRun {
        lastRun = (run.part, run.position + 1)
        (part, position) = (run.part + 1, run.position + 1)
      } else {
        return false
      }
    }
    return parts[part...].allSatisfy { if case .anyRun = $0 { true } else { false } }
  }

  private static func accepts(_ part: Part, _ scalar: Unicode.Scalar) -> Bool {
    switch part {
    case .scalar(let wanted): scalar == wanted
    case .any, .anyRun: true
    case .oneOf(let ranges, let isNegated): ranges.contains { $0.contains(scalar) } != isNegated
    }
  }
}
