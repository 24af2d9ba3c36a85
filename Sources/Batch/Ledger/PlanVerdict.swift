/// What a run would do with a job of a plan, as people are told.
public enum PlanVerdict: String, Sendable, Codable, CaseIterable {
  /// Its output is there and right.
  case done
  case new
  /// It waits in the queue since an earlier run, or goes on from its last finished segment.
  case queued
  /// A runner has it in work now.
  case running
  /// Its inputs, options or output, or the program, changed since.
  case changed
  case outputMissing = "output_missing"
  /// The output isn't what was written.
  case outputChanged = "output_changed"
  /// The output is right, and what belongs beside it, such as a contact sheet, is gone.
  case companionMissing = "companion_missing"
  /// It is done, and is to be done again.
  case forced
  /// An input is made by another job first, and so is what decides whether it is done again.
  case waiting
  /// It can't be done here.
  case impossible
  case failed
  case cancelled
  case quarantined
}

extension BatchPlan.Job {
  /// What a run would do.
  public var verdict: PlanVerdict {
    switch action {
    case .adopt: .done
    case .change: .changed
    case .remake(.outputMissing): .outputMissing
    case .remake(.outputChanged): .outputChanged
    case .remake(.companionMissing): .companionMissing
    case .remake(.forced): .forced
    case .recheck: .waiting
    case .fail: .impossible
    case .add:
      switch key {
      case .later: .waiting
      case .never, .impossible: .impossible
      case .known: .new
      }
    case .keep: kept
    }
  }

  /// Why, where the verdict alone doesn't say.
  public var reason: String? {
    let needs = specification.needs.joined(separator: ", ")
    switch (verdict, action, key) {
    case (_, .fail(let failure), _), (_, _, .impossible(let failure)): return failure.message
    case (.impossible, _, _): return "an input would be made by a job that failed or was cancelled"
    case (.waiting, _, _), (.new, _, _), (.queued, _, _):
      return needs.isEmpty ? nil : "needs \(needs)"
    default: return nil
    }
  }

  private var kept: PlanVerdict {
    switch state {
    case .succeeded: .done
    case .running: .running
    case .failed: .failed
    case .cancelled: .cancelled
    case .quarantined: .quarantined
    case .waiting where key == .later: .waiting
    case .waiting, .queued, nil: .queued
    }
  }
}
