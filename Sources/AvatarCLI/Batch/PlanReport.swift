import Batch
import Foundation

/// A plan as `avatar batch plan --json` prints it.
struct PlanReport: Encodable {
  struct Job: Encodable {
    let job: String
    let action: PlanVerdict
    let reason: String?
    let output: String
    let needs: [String]
    let labels: [String: String]
  }

  struct Gone: Encodable {
    let job: String
    let state: JobState
  }

  struct Disk: Encodable {
    let folder: String
    let freeBytes: Int
    let jobs: Int
    /// Why its jobs may have to wait.
    let warning: String?
  }

  struct Warning: Encodable {
    let job: String
    let reason: String
  }

  struct Estimate: Encodable {
    /// Of one worker; nil while no rate is known.
    let seconds: Double?
    let outputBytes: Double?
    let outputSeconds: Double
    let outputFrames: Int
    let jobs: Int
    let sampledJobs: Int
    let unmeasuredJobs: Int
    let waitingForInput: [String]
    let badInputs: [String]
    let jobsWithoutRate: Int
  }

  let manifest: String
  let digest: String
  let ledger: String
  let jobsToRun: Int
  /// Jobs by action.
  let actions: [String: Int]
  let estimate: Estimate
  let disks: [Disk]
  let jobs: [Job]
  let gone: [Gone]
  /// What is foreseen to make jobs fail.
  let warnings: [Warning]

  init(
    _ plan: BatchPlan, estimate: PlanEstimate, disks: [OutputDisk], warnings: [PlanWarning],
    minimumFreeByteCount: Int, ledger: String
  ) {
    manifest = plan.manifest
    digest = plan.digest
    self.ledger = ledger
    jobsToRun = estimate.jobCount
    jobs = plan.jobs.map { job in
      Job(
        job: job.specification.name, action: job.verdict, reason: job.reason,
        output: job.specification.output, needs: job.specification.needs,
        labels: job.specification.labels)
    }
    actions = jobs.reduce(into: [:]) { $0[$1.action.rawValue, default: 0] += 1 }
    gone = plan.gone.map { Gone(job: $0.name, state: $0.state) }
    self.warnings = (warnings + estimate.badInputs).map { Warning(job: $0.job, reason: $0.reason) }
    self.disks = disks.map {
      Disk(
        folder: $0.folder, freeBytes: $0.freeByteCount, jobs: $0.jobCount,
        warning: $0.warning(estimate, minimumFreeByteCount: minimumFreeByteCount))
    }
    self.estimate = Estimate(
      seconds: estimate.seconds, outputBytes: estimate.byteCount.map { $0.rounded() },
      outputSeconds: estimate.outputSeconds, outputFrames: Int(estimate.frameCount.rounded()),
      jobs: estimate.jobCount, sampledJobs: estimate.sampleCount,
      unmeasuredJobs: estimate.unmeasuredCount, waitingForInput: estimate.waitingForInput,
      badInputs: estimate.badInputs.map(\.job), jobsWithoutRate: estimate.unratedCount)
  }
}

extension PlanReport.Estimate {
  /// What people are told of it.
  var lines: [String] {
    var lines: [String] = []
    let length = Amount.time(outputSeconds)
    if let seconds, let outputBytes {
      let rated = sampledJobs - unmeasuredJobs - jobsWithoutRate
      lines.append(
        "estimate: about \(Amount.time(seconds)) for one worker and \(Amount.bytes(outputBytes)), for "
          + "\(length) of video (\(rated) of \(Amount.count(jobs, "job")) reckoned with)")
    } else if unmeasuredJobs < sampledJobs {
      lines.append(
        "estimate: \(length) of video; how long that takes is known once the ledger has a finished job"
      )
    }
    if sampledJobs < jobs {
      lines.append("estimate: \(sampledJobs) jobs were looked at, the others taken to be like them")
    }
    lines += Self.line(waitingForInput, "can't be measured yet, since inputs are still to be made")
    lines += Self.line(badInputs, "can't be measured (see the warnings)")
    return lines
  }

  /// As "estimate: 2 jobs can't be measured: a, b".
  private static func line(_ jobs: [String], _ reason: String) -> [String] {
    guard !jobs.isEmpty else { return [] }
    let names = jobs.prefix(5).map(Amount.plain).joined(separator: ", ")
    return [
      "estimate: \(Amount.count(jobs.count, "job")) \(reason): \(names)\(jobs.count > 5 ? ", ..." : "")"
    ]
  }
}

extension OutputDisk {
  /// Why its jobs may have to wait; nil where there is room for them as far as is known.
  fileprivate func warning(_ estimate: PlanEstimate, minimumFreeByteCount: Int) -> String? {
    if freeByteCount < minimumFreeByteCount {
      return "less than --min-free, \(Amount.bytes(Double(minimumFreeByteCount))): its jobs wait"
    }
    guard let bytes = estimate.byteCount, estimate.jobCount > 0 else { return nil }
    let share = bytes * Double(jobCount) / Double(estimate.jobCount)
    guard share > Double(freeByteCount - minimumFreeByteCount) else { return nil }
    return "its outputs are estimated at \(Amount.bytes(share)): they don't fit"
  }
}
