/// Guesses what someone meant who wrote a name that does not exist.
enum NearestName {
  /// As in ` (did you mean "audio"?)`; empty where nothing is near.
  static func question(_ name: String, among names: some Sequence<String>) -> String {
    find(name, among: names).map { " (did you mean \"\($0.shown)\"?)" } ?? ""
  }

  /// The one of `names` that is fewest slips away from `name`, at most a third of its letters, or else the only one that it begins;
  /// nil where none is.
  static func find(_ name: String, among names: some Sequence<String>) -> String? {
    nearest(name, among: names) ?? completion(of: name, among: names)
  }

  private static func completion(of name: String, among names: some Sequence<String>) -> String? {
    let longer = name.utf8.count < 3 ? [] : names.filter { $0.hasPrefix(name) }
    return longer.count == 1 ? longer[0] : nil
  }

  private static func nearest(_ name: String, among names: some Sequence<String>) -> String? {
    let wanted = letters(name)
    guard wanted.count <= 64 else { return nil }
    let limit = max(1, wanted.count / 3)
    var best: (name: String, distance: Int)?
    for candidate in names {
      let found = letters(candidate)
      guard abs(found.count - wanted.count) <= limit else { continue }
      let distance = distance(wanted, found)
      if distance <= limit, distance < best?.distance ?? .max { best = (candidate, distance) }
    }
    return best?.name
  }

  /// Lower case, and one kind of dash: `Require-Face` is `require_face` but for habit.
  private static func letters(_ name: String) -> [Unicode.Scalar] {
    name.lowercased().unicodeScalars.map { $0 == "-" || $0 == " " ? "_" : $0 }
  }

  /// Letters inserted, left out, changed, or swapped with their neighbour (optimal string alignment).
  private static func distance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
    var (before, previous) = ([Int](), Array(0...b.count))
    for i in a.indices {
      var row = [i + 1]
      for j in b.indices {
        var cost = min(previous[j] + (a[i] == b[j] ? 0 : 1), previous[j + 1] + 1, row[j] + 1)
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, before[j - 1] + 1) }
        row.append(cost)
      }
      (before, previous) = (previous, row)
    }
    return previous[b.count]
  }
}
