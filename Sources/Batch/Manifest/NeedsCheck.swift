/// Whether every need names a job, and none waits for itself in the end.
struct NeedsCheck {
  let jobs: [PlannedJob]
  /// The job of each name.
  let names: [String: Int]
  /// Whether all names are known.
  let isComplete: Bool
  let problems: ManifestProblems

  /// Guesses among very many names and very long cycles take long, and nobody reads thousands.
  private static let guessLimit = 10
  private static let cycleLimit = 50

  func run() {
    let needs = jobs.map { job in job.specification.needs.compactMap { names[$0] } }
    if isComplete { checkNames() }
    checkCycles(needs)
  }

  private func checkNames() {
    var guesses = 0
    lazy var known = names.keys.sorted()
    for job in jobs {
      for need in job.specification.needs where names[need] == nil {
        guesses += 1
        let question =
          guesses > Self.guessLimit ? "" : NearestName.question(need, among: known)
        problems.add(job.needsMark, "needs \(need.shown): no job has this name\(question)")
      }
    }
  }

  /// Walks along the needs, and finds each that leads back to a job on the way.
  private func checkCycles(_ needs: [[Int]]) {
    var (isDone, place) = ([Bool](repeating: false, count: jobs.count), [Int: Int]())
    var cycles = 0
    for start in jobs.indices where !isDone[start] && !needs[start].isEmpty {
      var way: [(job: Int, next: Int)] = [(start, 0)]
      place = [start: 0]
      while let (job, next) = way.last {
        guard next < needs[job].count else {
          isDone[job] = true
          place[job] = nil
          way.removeLast()
          continue
        }
        way[way.count - 1].next += 1
        let need = needs[job][next]
        if let begin = place[need] {
          report(way[begin...].map(\.job))
          cycles += 1
          if cycles == Self.cycleLimit { return }
        } else if !isDone[need] {
          place[need] = way.count
          way.append((need, 0))
        }
      }
    }
  }

  private func report(_ cycle: [Int]) {
    let all = (cycle + cycle.prefix(1)).map { "\"\(jobs[$0].specification.name.shown)\"" }
    let shown =
      all.count <= 9 ? all : all.prefix(4) + ["... \(all.count - 8) more ..."] + all.suffix(4)
    problems.add(
      jobs[cycle[0]].needsMark,
      "needs go round in a circle: \(shown.joined(separator: " needs ")): leave one out")
  }
}
