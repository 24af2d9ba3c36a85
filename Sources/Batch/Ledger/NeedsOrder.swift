/// Jobs in an order in which each comes after those that it needs.
enum NeedsOrder {
  /// Positions in `jobs`; jobs without needs keep their order.
  ///
  /// Throws `LedgerError.unknownNeed` for a name that no job has, and `.cycle` when there is no such order.
  static func positions(of jobs: [JobSpecification]) throws(LedgerError) -> [Int] {
    guard jobs.contains(where: { !$0.needs.isEmpty }) else { return Array(jobs.indices) }
    let byName = Dictionary(
      zip(jobs.map(\.name), jobs.indices), uniquingKeysWith: { first, _ in first })
    var unmet = [Int](repeating: 0, count: jobs.count)
    var dependents = [Int: [Int]]()
    for (position, job) in jobs.enumerated() {
      for need in Set(job.needs) {
        guard let needed = byName[need] else { throw .unknownNeed(job: job.name, need: need) }
        dependents[needed, default: []].append(position)
        unmet[position] += 1
      }
    }
    var order = jobs.indices.filter { unmet[$0] == 0 }
    var done = 0
    while done < order.count {
      for dependent in dependents[order[done]] ?? [] {
        unmet[dependent] -= 1
        if unmet[dependent] == 0 { order.append(dependent) }
      }
      done += 1
    }
    if order.count == jobs.count { return order }
    throw .cycle(jobs: cycle(in: jobs, byName: byName, among: unmet))
  }

  /// The names along one circle, its first again at the end: among jobs with unmet needs, each needs another one of them.
  private static func cycle(
    in jobs: [JobSpecification], byName: [String: Int], among unmet: [Int]
  ) -> [String] {
    var path: [Int] = []
    var position = unmet.firstIndex { $0 > 0 } ?? 0
    while !path.contains(position) {
      path.append(position)
      position = jobs[position].needs.compactMap { byName[$0] }.first { unmet[$0] > 0 } ?? position
    }
    let start = path.firstIndex(of: position) ?? 0
    return (path[start...] + [position]).map { jobs[$0].name }
  }
}
