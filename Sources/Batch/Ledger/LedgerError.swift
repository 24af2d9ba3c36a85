import Foundation
import Glibc
public import MediaTypes

/// Why a ledger can't be used, or refuses what it is asked.
public enum LedgerError: AvatarError, Equatable {
  /// Another process holds the lock; `holder` says which, and since when.
  case locked(path: String, holder: String)
  /// Another process kept the file busy for too long.
  case busy(path: String)
  case missing(path: String)
  case cannotCreate(path: String, reason: String)
  case cannotOpen(path: String, reason: String)
  case readOnly(path: String)
  /// The file was removed, moved or replaced while it was open.
  case replaced(path: String)
  case diskFull(path: String)
  case inputOutput(path: String, reason: String)
  /// The file isn't whole; `reason` is what SQLite says.
  case corrupt(path: String, reason: String)
  /// A SQLite file of another program.
  case foreign(path: String)
  case newer(path: String, version: Int, supported: Int)
  case older(path: String, version: Int, supported: Int)
  /// A bug: SQLite refused a statement, or a state would change in a way that makes no sense.
  case statement(path: String, reason: String)
  case impossibleChange(job: String, change: JobChange, from: JobState?)
  /// The attempt isn't in work any more: its lease ran out, or it was ended already.
  case attemptEnded(attempt: Int)
  case noSuchJob(String)
  case noSuchBatch(manifest: String)
  /// Two jobs that wait or run would write one file.
  case outputTaken(output: String, job: String, otherJob: String, manifest: String)
  case unknownNeed(job: String, need: String)
  case cycle(jobs: [String])
  /// A file or folder whose contents decide an output can't be read.
  case unreadableInput(path: String, number: Int32)
  case unusableInput(path: String)
  case changingInput(path: String)

  public var description: String {
    switch self {
    case .locked(let path, let holder):
      "\(path): the ledger is in use by \(holder): wait for it, or stop it"
    case .busy(let path):
      "\(path): the ledger stayed busy: try again when the other command is done"
    case .missing(let path):
      "\(path): there is no ledger: avatar batch run makes one"
    case .cannotCreate(let path, let reason):
      "\(path): the ledger can't be created (\(reason)): name another place with --ledger"
    case .cannotOpen(let path, let reason):
      "\(path): the ledger can't be opened (\(reason)): check its permissions"
    case .readOnly(let path):
      "\(path): the ledger or its folder can't be written: check their permissions"
    case .replaced(let path):
      "\(path): the ledger was removed or replaced while it was in use: run the batch again; "
        + "avatar batch adopt knows finished outputs by what is written in them"
    case .diskFull(let path):
      "\(path): the disk is full: free space and run the batch again; nothing is lost"
    case .inputOutput(let path, let reason):
      "\(path): the ledger can't be read or written (\(reason)): check the disk"
    case .corrupt(let path, let reason):
      "\(path): the ledger is damaged (\(reason)): avatar batch adopt makes a new one from the outputs"
    case .foreign(let path):
      "\(path): this is not a ledger but another program's file: name another place with --ledger"
    case .newer(let path, let version, let supported):
      "\(path): the ledger has format \(version), this avatar knows up to \(supported): use the newer avatar"
    case .older(let path, let version, let supported):
      "\(path): the ledger has format \(version), this avatar reads \(supported): avatar batch run converts it"
    case .statement(let path, let reason):
      "\(path): the ledger refused a statement (\(reason)): please report this"
    case .impossibleChange(let job, let change, let from):
      "job \(job) can't be \(change.rawValue) while it is \(from?.rawValue ?? "unknown"): see avatar batch status"
    case .attemptEnded(let attempt):
      "attempt \(attempt) has ended already: its result is not recorded"
    case .noSuchJob(let name):
      "\(name): the ledger has no such job: see avatar batch jobs"
    case .noSuchBatch(let manifest):
      "\(manifest): the ledger has no batch of this manifest: see avatar batch status"
    case .outputTaken(let output, let job, let otherJob, let manifest):
      "\(output): job \(job) would write it, and so does \(otherJob) of \(manifest): finish or cancel that one"
    case .unknownNeed(let job, let need):
      "job \(job) needs \(need), which the manifest doesn't have: correct its needs"
    case .cycle(let jobs):
      "jobs need each other in a circle, \(jobs.joined(separator: " -> ")): remove one of these needs"
    case .unreadableInput(let path, let number):
      "\(path): can't be read (\(String(cString: strerror(number)))): check the path"
    case .unusableInput(let path):
      "\(path): is neither a file nor a folder: name one that is"
    case .changingInput(let path):
      "\(path): changes while it is read: wait until it is whole"
    }
  }

  public var exitCode: ExitCode {
    switch self {
    case .locked, .busy: .tryAgainLater
    case .missing, .unreadableInput: .missingInput
    case .cannotCreate, .readOnly: .cannotCreateOutput
    case .cannotOpen, .replaced, .diskFull, .inputOutput, .changingInput: .inputOutputError
    case .corrupt, .foreign, .newer, .older, .outputTaken, .unknownNeed, .cycle, .unusableInput:
      .badInput
    case .noSuchJob, .noSuchBatch, .impossibleChange: .usage
    case .statement, .attemptEnded: .internalError
    }
  }

  /// Whether a job's input is to blame, rather than the ledger.
  var isAboutInput: Bool {
    switch self {
    case .unreadableInput, .unusableInput, .changingInput: true
    default: false
    }
  }
}
