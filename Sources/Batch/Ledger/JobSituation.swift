/// A job as the ledger has it, before a manifest is applied.
struct JobSituation {
  var state: JobState
  var key: String?
  var output: String
  var failureClass: FailureClass?
  var made: MadeOutput?

  init(_ row: JobRow) {
    state = row.state
    key = row.key
    output = row.output
    failureClass = row.failureClass
    made = row.made
  }

  /// What is to become of the job when the manifest asks for `output` with `wanted` as key.
  func action(
    for wanted: BatchPlan.Key, output: String, condition: MadeOutput.Condition?, forces: Bool
  ) -> BatchPlan.Action {
    if state == .running { return .keep }
    switch wanted {
    case .known(let wantedKey):
      return action(for: wantedKey, output: output, condition: condition, forces: forces)
    case .later:
      if state == .succeeded { return .recheck }
      let failedByItself = state.isDead && state != .cancelled && failureClass != .need
      return failedByItself ? .change : .keep
    case .never:
      return .keep
    case .impossible(let failure):
      if state.isDead || state == .succeeded && condition?.isIntact == true { return .keep }
      return .fail(failure)
    }
  }

  private func action(
    for wanted: String, output: String, condition: MadeOutput.Condition?, forces: Bool
  ) -> BatchPlan.Action {
    let isSame = key == wanted && self.output == output
    switch state {
    case .succeeded:
      guard isSame, made?.key == wanted, let condition else { return .change }
      if forces { return .remake(.forced) }
      return switch condition {
      case .intact, .touched: .keep
      case .incomplete: .remake(.companionMissing)
      case .missing: .remake(.outputMissing)
      case .changed: .remake(.outputChanged)
      }
    case .cancelled:
      return isSame || key == nil ? .keep : .change
    case .waiting, .queued, .running, .failed, .quarantined:
      return isSame || key == nil && failureClass == .need ? .keep : .change
    }
  }
}
