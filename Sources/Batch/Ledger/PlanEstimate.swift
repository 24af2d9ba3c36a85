/// What running a plan is expected to take on this machine, from the rates of earlier jobs.
public struct PlanEstimate: Sendable, Hashable {
  /// Jobs that a run would do, or may do.
  public var jobCount = 0
  /// Of these, those whose inputs were looked at; with very many jobs the others are taken to be like them.
  public var sampleCount = 0
  /// Of the sample: jobs whose size can't be told yet, since an input is still to be made, and those whose input is no good.
  public var waitingForInput: [String] = []
  public var badInputs: [PlanWarning] = []
  /// Of the sample: jobs of a kind of which none has been done yet.
  public var unratedCount = 0
  public var unmeasuredCount: Int { waitingForInput.count + badInputs.count }
  /// Of the outputs of the jobs that could be measured.
  public var frameCount = 0.0
  public var outputSeconds = 0.0
  /// Time of one worker, and size of the outputs, for the jobs with known rates; nil where there are none.
  public var seconds: Double?
  public var byteCount: Double?

  /// Jobs that are looked at, at most: each costs a look into its files.
  public static let sampleLimit = 1000

  /// Measures the jobs of `plan` that are ahead, or every so many of them, as `executor` does.
  public init(_ plan: BatchPlan, executor: any JobExecutor, rates: RateTable) {
    let jobs = plan.jobs.filter(\.willRun)
    jobCount = jobs.count
    sampleCount = min(jobCount, Self.sampleLimit)
    guard sampleCount > 0 else {
      (seconds, byteCount) = (0, 0)
      return
    }
    let scale = Double(jobCount) / Double(sampleCount)
    for number in 0..<sampleCount {
      let job = jobs[number * jobCount / sampleCount]
      do {
        let size = try executor.measure(job.specification)
        add(job.specification, size: size, rates, scale: scale)
      } catch {
        let name = job.specification.name
        if case .known = job.key {
          badInputs.append(PlanWarning(job: name, reason: JobFailure(error).message))
        } else {
          waitingForInput.append(name)
        }
      }
    }
  }

  private mutating func add(
    _ job: JobSpecification, size: JobSize, _ rates: RateTable, scale: Double
  ) {
    frameCount += Double(size.frameCount) * scale
    outputSeconds += size.seconds * scale
    guard let estimate = rates.estimate(job, size: size) else {
      unratedCount += 1
      return
    }
    seconds = (seconds ?? 0) + estimate.seconds * scale
    byteCount = (byteCount ?? 0) + estimate.byteCount * scale
  }
}
