public import Foundation

extension TemporaryFolder {
  public var url: URL { URL(fileURLWithPath: path) }

  /// Names in the folder, hidden ones too, sorted.
  public var names: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
  }

  /// Runs a program of the system (ffmpeg, espeak-ng) in the folder; throws when it fails.
  @discardableResult
  public func run(_ program: String, _ arguments: [String]) throws -> CommandRun {
    let result = try CommandRun.run([program] + arguments, binary: "/usr/bin/env", in: url)
    guard result.status == 0 else { throw FailedProgram(program: program, run: result) }
    return result
  }
}

/// A helper program of a test failed.
public struct FailedProgram: Error, CustomStringConvertible {
  let program: String
  let run: CommandRun
  public var description: String { "\(program): \(run.status): \(run.standardError.suffix(400))" }
}
